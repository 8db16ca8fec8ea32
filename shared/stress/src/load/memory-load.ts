import { formatNumber, type LoadOutcome } from './load-outcome.ts';
import { LoadTest } from './load-test.ts';
import { type MeasuredTransport, memoryFormula } from './memory-formula.ts';

/** The number of groups of each connection while memberships are measured. */
const GROUPS = 10;
/** The measured memory may be this much smaller than the formula, which is an upper limit. */
const MINIMUM_RATIO = 0.4;

/** The memory of one connection, one membership and one group, in bytes. */
interface MeasuredMemory {
  readonly connection: number;
  readonly membership: number;
  readonly group: number;
}

/** Measures the memory of idle connections and compares it with the documented formula. */
export async function runMemoryLoad(
  connections: number,
  transports = Object.keys(memoryFormula.connection) as MeasuredTransport[],
): Promise<LoadOutcome> {
  const faults: string[] = [];
  const texts: string[] = [];
  const compare = (what: string, measured: number, documented: number): void => {
    texts.push(`${what} ${formatNumber(measured)} bytes (documented ${formatNumber(documented)})`);
    if (measured > documented || measured < documented * MINIMUM_RATIO)
      faults.push(`${what}: ${formatNumber(measured)} bytes`);
  };
  for (const transport of transports) {
    const { connection, membership, group } = await measure(transport, connections);
    compare(transport, connection, memoryFormula.connection[transport]);
    if (transport !== 'WebSockets') continue;
    compare('a membership', membership, memoryFormula.membership);
    compare('a group', group, memoryFormula.group);
  }
  return {
    tried: `${formatNumber(connections)} idle connections over ${transports.join(', ')}`,
    outcome: texts.join(', '),
    faults,
  };
}

async function measure(transport: MeasuredTransport, connections: number): Promise<MeasuredMemory> {
  const test = new LoadTest(connections);
  try {
    const { remote } = test.server;
    await test.start();
    const open = (count: number): Promise<unknown> =>
      transport === 'WebSockets' ? test.open(count) : test.openHttp(transport, count);
    // The first connections fill caches that stay.
    const warmUp = Math.ceil(connections / 10);
    await open(warmUp);
    const before = await remote.memory();
    await open(connections - warmUp);
    const opened = await remote.memory();
    await remote.joinGroups(GROUPS, true);
    const joined = await remote.memory();
    await remote.joinGroups(GROUPS, false);
    const joinedOwn = await remote.memory();
    const memberships = connections * GROUPS;
    const membership = (joined.used - opened.used) / memberships;
    return {
      connection: (opened.used - before.used) / (connections - warmUp),
      membership,
      group: (joinedOwn.used - joined.used) / memberships - membership,
    };
  } finally {
    await test.close();
  }
}
