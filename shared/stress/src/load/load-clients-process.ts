import { Gate } from '@practical-signalr/server/scale-out';
import { serveParent } from '../forked-process.ts';
import { type HttpTransport, openHttpConnection } from './open-http-connection.ts';
import { LoadClient, type Reading } from './load-client.ts';

/** What the clients of this process have seen. */
export interface ClientsReport {
  readonly open: number;
  readonly messages: number;
  readonly lost: number;
  readonly calls: number;
  readonly results: number;
  /** The longest time in which a client received nothing, in ms. */
  readonly longestSilence: number;
}

/** How long clients wait for what is on its way, in ms. */
const FINISH_LIMIT = 60_000;

const clients: LoadClient[] = [];
const groups: Record<Reading, LoadClient[]> = { fast: [], slow: [], never: [] };
const changed = new Gate();
const timers: NodeJS.Timeout[] = [];

/** Opens the clients, at most `atOnce` at the same time. */
async function open(port: number, count: number, atOnce: number): Promise<void> {
  let left = count;
  const openNext = async (): Promise<void> => {
    while (left > 0) {
      left--;
      const client = await LoadClient.connect(port);
      client.onNumber = () => changed.open();
      client.onClose = () => changed.open();
      clients.push(client);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, openNext));
}

/** Calls a function for each client once per interval, evenly distributed. */
function repeat(interval: number, run: (client: LoadClient) => void): void {
  const TICK = 50;
  let next = 0;
  const perTick = (clients.length * TICK) / interval;
  timers.push(
    setInterval(() => {
      const end = next + perTick;
      for (; next < end; next++) run(clients[Math.floor(next) % clients.length] as LoadClient);
    }, TICK),
  );
}

/** Waits until a condition is true. It can only become true when a client receives something. */
async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await changed.wait();
}

/** Opens idle connections over a transport of HTTP requests, one after the other. */
async function openHttp(port: number, transport: HttpTransport, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await openHttpConnection(port, transport);
}

const methods = {
  open,
  openHttp,
  /** Each client sends a ping per interval, as the official client does, and calls the hub. */
  start(pingInterval: number, callInterval: number): void {
    repeat(pingInterval, (client) => client.ping());
    repeat(callInterval, (client) => client.call());
  },
  /** Stops calling. Resolves when all messages before `next` and all results have arrived. */
  async finish(next: number): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    const isComplete = (client: LoadClient): boolean =>
      client.isClosed || (client.results === client.calls && (client.nextNumber ?? next) === next);
    const startedAt = performance.now();
    while (!clients.every(isComplete)) {
      if (performance.now() - startedAt > FINISH_LIMIT) {
        const missing = clients.filter((client) => !isComplete(client)).length;
        throw new Error(`${missing} clients miss messages or results.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  /** One call of each client. Resolves when all are answered. */
  async callOnce(): Promise<void> {
    for (const client of clients) client.call();
    await methods.finish(0);
  },
  /** Some clients read slowly or not at all. The others read fast. */
  setReading(counts: { readonly slow: number; readonly never: number }, pause: number): void {
    groups.slow = clients.slice(0, counts.slow);
    groups.never = clients.slice(counts.slow, counts.slow + counts.never);
    groups.fast = clients.slice(counts.slow + counts.never);
    for (const client of groups.slow) client.setReading('slow', pause);
    for (const client of groups.never) client.setReading('never');
  },
  /** Resolves when all clients of a kind have received all messages, or have been closed. */
  async untilReceived(reading: Reading, count: number): Promise<void> {
    await waitFor(() =>
      groups[reading].every((each) => each.isClosed || each.nextNumber === count),
    );
  },
  readFast(reading: Reading): void {
    for (const client of groups[reading]) client.setReading('fast');
  },
  closedCount: (reading: Reading): number =>
    groups[reading].filter(({ isClosed }) => isClosed).length,
  report(): ClientsReport {
    const sum = (value: (client: LoadClient) => number): number =>
      clients.reduce((total, client) => total + value(client), 0);
    for (const client of clients) client.updateSilence();
    return {
      open: clients.filter(({ isClosed }) => !isClosed).length,
      messages: sum(({ firstNumber = 0, nextNumber = 0 }) => nextNumber - firstNumber),
      lost: sum(({ lost }) => lost),
      calls: sum(({ calls }) => calls),
      results: sum(({ results }) => results),
      longestSilence: Math.max(...clients.map(({ longestSilence }) => longestSilence)),
    };
  },
  close(): void {
    for (const client of clients.splice(0)) client.close();
  },
};

/** The functions of a process with clients. */
export type LoadClientsMethods = typeof methods;
serveParent(methods);
