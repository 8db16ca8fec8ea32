import { formatNumber, type LoadOutcome } from './load-outcome.ts';
import { LoadTest } from './load-test.ts';

/** Connects all clients at the same moment, and lets each of them call the hub once. */
export async function runBurstLoad(connections: number): Promise<LoadOutcome> {
  const test = new LoadTest(connections);
  try {
    await test.start();
    const startedAt = performance.now();
    await test.open(connections, connections);
    const seconds = (performance.now() - startedAt) / 1000;
    await test.forAll((clients) => clients.callOnce());
    const report = await test.report();
    const faults: string[] = [];
    if (report.open !== connections) faults.push(`${connections - report.open} are not connected`);
    if (report.results !== connections) faults.push(`${report.results} calls were answered`);
    return {
      tried: `${formatNumber(connections)} clients connect at once`,
      outcome: `all were connected after ${seconds.toFixed(1)} s, and each call was answered`,
      faults,
    };
  } finally {
    await test.close();
  }
}
