import type { Fleet } from '../model/fleet.ts';
import { randomBalancer } from './load-balancer.ts';
import type { ReconnectPolicy } from './reconnect-policy.ts';
import { type ReconnectReport, Reconnects } from './reconnects.ts';

/**
 * Stops the first server without notifying the others, as a crash does. Its clients connect to the
 * others.
 */
export async function simulateCrash(
  fleet: Fleet,
  policy: ReconnectPolicy,
): Promise<ReconnectReport> {
  const [crashed, ...others] = fleet.servers;
  fleet.servers.splice(0, fleet.servers.length, ...others);
  const lost = (await crashed?.crash()) ?? [];
  const reconnects = new Reconnects(fleet, policy, randomBalancer);
  await reconnects.reconnect(lost);
  return reconnects.report();
}
