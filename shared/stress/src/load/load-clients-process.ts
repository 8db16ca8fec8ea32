import { Gate } from '@practical-signalr/server/scale-out';
import { serveParent } from '../forked-process.ts';
import {
  type HttpConnection,
  type HttpTransport,
  openHttpConnection,
} from './open-http-connection.ts';
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

/**
 * How long the clients may receive nothing while messages or results are missing, in ms. Only a
 * failing load waits that long.
 */
const SILENCE_LIMIT = 60_000;

const clients: LoadClient[] = [];
const httpConnections: HttpConnection[] = [];
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
      client.onChange = () => changed.open();
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
      const until = next + perTick;
      for (; next < until; next++) run(clients[Math.floor(next) % clients.length] as LoadClient);
    }, TICK),
  );
}

/**
 * Waits until all clients are complete or closed. Stops waiting if no client receives anything for
 * a long time. Returns the number of clients that are neither complete nor closed.
 */
async function waitForAll(
  members: readonly LoadClient[],
  isComplete: (client: LoadClient) => boolean,
): Promise<number> {
  let hasChanged = true;
  for (;;) {
    const incomplete = members.filter((client) => !client.isClosed && !isComplete(client));
    if (incomplete.length === 0 || !hasChanged) return incomplete.length;
    hasChanged = await waitForChange(SILENCE_LIMIT);
  }
}

/** Resolves with true when a client has changed, or with false after this time in ms. */
async function waitForChange(limit: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limit);
  });
  const hasChanged = await Promise.race([changed.wait().then(() => true), expired]);
  clearTimeout(timer);
  return hasChanged;
}

/** Opens idle connections over a transport of HTTP requests, one after the other. */
async function openHttp(port: number, transport: HttpTransport, count: number): Promise<void> {
  for (let i = 0; i < count; i++) httpConnections.push(await openHttpConnection(port, transport));
}

const methods = {
  open,
  openHttp,
  /** Lets each client send a ping per interval, as the official client does, and call the hub. */
  start(pingInterval: number, callInterval: number): void {
    repeat(pingInterval, (client) => client.ping());
    repeat(callInterval, (client) => client.call());
  },
  /**
   * Stops calling. Resolves when all messages before `next` and all results have arrived, or when
   * nothing arrives any more. Returns the number of clients that miss something.
   */
  async finish(next: number): Promise<number> {
    for (const timer of timers) clearInterval(timer);
    return waitForAll(
      clients,
      ({ results, calls, nextNumber = next }) => results === calls && nextNumber === next,
    );
  },
  /** Lets each client call the hub once. Returns the number of clients that got no result. */
  async callOnce(): Promise<number> {
    for (const client of clients) client.call();
    return methods.finish(0);
  },
  /** Lets some clients read slowly or not at all. The others read fast. */
  setReading(counts: { readonly slow: number; readonly never: number }, pause: number): void {
    groups.slow = clients.slice(0, counts.slow);
    groups.never = clients.slice(counts.slow, counts.slow + counts.never);
    groups.fast = clients.slice(counts.slow + counts.never);
    for (const client of groups.slow) client.setReading('slow', pause);
    for (const client of groups.never) client.setReading('never');
  },
  /**
   * Resolves when all clients of a kind have received all messages or have been closed, or when
   * nothing arrives any more. Returns the number of clients that miss messages.
   */
  async waitForMessages(reading: Reading, count: number): Promise<number> {
    return waitForAll(groups[reading], ({ nextNumber }) => nextNumber === count);
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
    for (const connection of httpConnections.splice(0)) connection.close();
  },
};

/** The functions of a process with clients. */
export type LoadClientsMethods = typeof methods;
serveParent(methods);
