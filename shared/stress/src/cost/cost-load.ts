import { median, type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { formatNumber, type LoadOutcome } from '../load/load-outcome.ts';
import { type CallServer, type CallSetting, startCallServer } from './call-server.ts';

/** The maximum additional cost of a call with all limits, in µs of CPU time. */
const MAXIMUM_COST = 0.5;

/** The settings of {@link runCostLoad}. */
export interface CostLoadOptions {
  /** How often each server is measured. The result is the median. */
  readonly rounds: number;
  /** The number of calls of each server in a round. */
  readonly calls: number;
}

/**
 * Measures how much CPU time a call needs more with all limits, and with the admin page. Two equal
 * servers without either show how exact the measurement is.
 */
export const runCostLoad = (options: CostLoadOptions): Promise<LoadOutcome> =>
  withResources((resources) => measureCosts(resources, options));

async function measureCosts(
  resources: OpenedResources,
  { rounds, calls }: CostLoadOptions,
): Promise<LoadOutcome> {
  const start = async (setting: CallSetting): Promise<CallServer> =>
    resources.add(await startCallServer(setting));
  const [base, same, limited, observed] = [
    await start('off'),
    await start('off'),
    await start('limits'),
    await start('admin'),
  ] as const;
  const servers = [base, same, limited, observed];
  const times = new Map<CallServer, number[]>(servers.map((server) => [server, []]));
  for (const server of servers) await server.measure(calls); // The compiler optimizes the code.
  for (let round = 0; round < rounds; round++) {
    // A busy machine affects all servers of a round, and no server is always the first.
    const order = round % 2 === 0 ? servers : servers.toReversed();
    for (const server of order) times.get(server)?.push(await server.measure(calls));
  }
  const timesOf = (server: CallServer): readonly number[] => times.get(server) ?? [];
  const costOf = (server: CallServer): number =>
    median(timesOf(server).map((time, round) => time - Number(timesOf(base)[round])));
  const cost = costOf(limited);
  return {
    tried: `${formatNumber(rounds * calls)} calls of each server in ${rounds} rounds`,
    outcome: `CPU time more for each call: ${format(cost)} with all limits (maximum ${MAXIMUM_COST} µs), ${format(costOf(observed))} with the admin page, ${format(costOf(same))} for a second server without either; a call takes ${format(median(timesOf(base)))}`,
    faults: cost > MAXIMUM_COST ? [`the limits cost ${format(cost)} for each call`] : [],
  };
}

const format = (time: number): string => `${time.toFixed(2)} µs`;
