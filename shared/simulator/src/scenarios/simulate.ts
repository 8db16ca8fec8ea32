import { installVirtualTimers } from '../clock/virtual-timers.ts';
import { Fleet, type FleetOptions } from '../model/fleet.ts';

/** Starts a fleet, runs a scenario on its virtual clock, and returns the result. */
export async function simulate<T>(
  options: FleetOptions,
  run: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const fleet = new Fleet(options);
  const restoreTimers = installVirtualTimers(fleet.clock);
  try {
    return await fleet.clock.runUntil(runScenario(fleet, run));
  } finally {
    restoreTimers();
  }
}

async function runScenario<T>(fleet: Fleet, run: (fleet: Fleet) => Promise<T>): Promise<T> {
  await fleet.start();
  const result = await run(fleet);
  await fleet.close();
  return result;
}
