import { eventually } from '../faults/fault-case.ts';
import { formatMegabytes, formatNumber, type LoadOutcome } from './load-outcome.ts';
import { LoadTest } from './load-test.ts';

const MEGABYTE = 1_000_000;
/** The number of messages. Together, they fill the buffers of the kernel and some of the server. */
const MESSAGES = 8;
/**
 * The server frames a message once for all clients. The rest is for the bookkeeping of each client.
 */
const MAXIMUM_PER_CLIENT = 50_000;
/**
 * How often a slow client reads 64 KB while a client that reads nothing is disconnected: 4 MB, half
 * of the messages. The server notices it when the kernel accepts more data, which may need a third
 * of 4 MB. So a slow client may take three times as long on a busy machine.
 */
const READS_PER_TIMEOUT = 64;

/** The settings of {@link runLargeMessageLoad}. */
export interface LargeMessageOptions {
  readonly connections: number;
  /** The option of the server, in ms. */
  readonly sendTimeout: number;
}

/**
 * Sends large messages to many clients, some of which read slowly and some of which do not read.
 * Checks that the others are not delayed, and that only those that do not read are disconnected.
 */
export async function runLargeMessageLoad(options: LargeMessageOptions): Promise<LoadOutcome> {
  const { connections, sendTimeout } = options;
  const slow = Math.ceil(connections / 10);
  const never = Math.ceil(connections / 10);
  const test = new LoadTest(connections);
  try {
    const { remote } = test.server;
    const [clients] = test.clients;
    if (clients === undefined) throw new Error('There is no process with clients.');
    await test.start({ sendTimeout });
    await test.open(connections);
    await clients.remote.setReading({ slow, never }, sendTimeout / READS_PER_TIMEOUT);
    const before = await remote.memory();
    const startedAt = performance.now();
    await remote.sendLarge(MESSAGES, MEGABYTE);
    const incompleteFast = await clients.remote.waitForMessages('fast', MESSAGES);
    const fastTime = performance.now() - startedAt;
    const disconnectedBefore = (await remote.counts()).disconnected;
    const full = await remote.memory();
    await eventually(
      'the clients that read nothing are disconnected',
      async () => (await remote.counts()).disconnected >= never,
    );
    const timeoutAfter = performance.now() - startedAt;
    await clients.remote.readFast('slow');
    const incompleteSlow = await clients.remote.waitForMessages('slow', MESSAGES);
    const closedSlow = await clients.remote.closedCount('slow');
    const closedFast = await clients.remote.closedCount('fast');
    const { disconnected } = await remote.counts();
    const { lost } = await test.report();
    const growth = full.used - before.used;
    const maximum = MESSAGES * MEGABYTE * 2 + connections * MAXIMUM_PER_CLIENT;
    const failures: [isFault: boolean, text: string][] = [
      [disconnectedBefore > 0, 'a client was disconnected before the fast ones had everything'],
      [incompleteFast > 0, `${incompleteFast} fast clients miss messages`],
      [incompleteSlow > 0, `${incompleteSlow} slow clients miss messages`],
      [closedFast > 0, `${closedFast} fast clients were disconnected`],
      [closedSlow > 0, `${closedSlow} slow clients were disconnected`],
      [disconnected !== never, `${disconnected} instead of ${never} clients were disconnected`],
      [lost > 0, `${lost} messages were lost`],
      [growth > maximum, `the memory grew by ${formatMegabytes(growth)}`],
    ];
    return {
      tried: `${MESSAGES} messages of 1 MB to ${formatNumber(connections)} clients, of which ${slow} read slowly and ${never} read nothing`,
      outcome: `fast clients had everything after ${(fastTime / 1000).toFixed(1)} s; the ${never} were disconnected after ${(timeoutAfter / 1000).toFixed(1)} s (\`sendTimeout\` ${sendTimeout / 1000} s), no slow one; memory grew by ${formatMegabytes(growth)}`,
      faults: failures.filter(([isFault]) => isFault).map(([, text]) => text),
    };
  } finally {
    await test.close();
  }
}
