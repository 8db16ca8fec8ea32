import { setTimeout as pause } from 'node:timers/promises';
import { type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { Gate } from '@practical-signalr/server/scale-out';
import { type Kind, kinds } from '../hand-over/checked-client.ts';
import type { StartFront } from '../hand-over/fronts.ts';
import type { SeriesFaults } from '../hand-over/message-series.ts';
import { startCrashServer } from './crash-server.ts';
import { type CrashingServer, startCrashingServer } from './crashing-server.ts';
import { RecoveringClient } from './recovering-client.ts';

const SERVERS = 3;
/** The number of messages of each kind before and after a crash. */
const ROUNDS = 5;
/**
 * How long the clients may take to notice the crash, and then to settle, in ms. A client that has
 * not settled is a fault. Only a failing run waits that long.
 */
const TIMEOUT = 60_000;

/** The settings of a crash. */
export interface CrashOptions {
  readonly redisUrl: string;
  readonly clients: number;
  /** The time between two messages of each kind, in ms. */
  readonly interval: number;
  /** Starts the load balancer in front of these ports. */
  readonly startFront: StartFront;
}

/** What the clients have noticed. The faults are those of clients that were not notified. */
export interface CrashReport extends SeriesFaults {
  /** The number of messages that the clients have received. */
  messages: number;
  /** How often clients lost their connection. */
  lostConnections: number;
  /** The number of clients that were notified that they may have missed messages. */
  notified: number;
  /** The number of clients that neither recovered nor were notified in time. */
  unsettled: number;
  /** The time from the crash until all clients had settled, in ms. */
  duration: number;
}

/** Kills one of three servers while official clients receive messages. */
export const runCrash = (options: CrashOptions): Promise<CrashReport> =>
  withResources((resources) => runOwnedCrash(options, resources));

async function runOwnedCrash(
  options: CrashOptions,
  resources: OpenedResources,
): Promise<CrashReport> {
  const { redisUrl, interval } = options;
  const children = await Promise.all(
    Array.from({ length: SERVERS }, async () => resources.add(await startCrashingServer(redisUrl))),
  );
  const sender = resources.add(await startCrashServer(redisUrl));
  const ports = children.map(({ port }) => port);
  const front = resources.add(await options.startFront(ports));
  front.use(ports);
  const clients = Array.from(
    { length: options.clients },
    (_, i) => new RecoveringClient(`${front.url}/hub`, i),
  );
  resources.onClose(() => Promise.all(clients.map((client) => client.stop())));
  for (let i = 0; i < clients.length; i += 50)
    await Promise.all(clients.slice(i, i + 50).map((client) => client.start()));

  let isStopped = false;
  const lengths = { all: 0, group: 0, user: 0 };
  const sent = new Gate();
  const sendLoop = async (): Promise<void> => {
    const groups = new Set(clients.map(({ group }) => group));
    while (!isStopped) {
      const { all } = sender.hub.clients;
      const sends = [all.send('all', lengths.all)];
      for (const group of groups)
        sends.push(sender.hub.clients.group(group).send('group', lengths.group));
      for (const { user } of clients)
        sends.push(sender.hub.clients.user(user).send('user', lengths.user));
      await Promise.all(sends);
      for (const kind of kinds) lengths[kind]++;
      sent.open();
      await pause(interval);
    }
  };
  const sending = sendLoop();
  resources.onClose(async () => {
    isStopped = true;
    await sending;
  });
  const failed = sending.then(() => {
    if (!isStopped) throw new Error('The sender has stopped.');
  });
  failed.catch(() => undefined);
  /** Waits for further messages of each kind. Rejects if the sender has failed. */
  const waitForRounds = async (): Promise<void> => {
    const { all } = lengths;
    while (lengths.all < all + ROUNDS) await Promise.race([sent.wait(), failed]);
  };

  await waitForRounds();
  const [killed, ...others] = children as [CrashingServer, ...CrashingServer[]];
  front.use(others.map(({ port }) => port));
  const startedAt = performance.now();
  await killed.close();
  await waitAtMost(TIMEOUT, Promise.race(clients.map((client) => client.waitForLoss())));
  await waitForRounds();
  isStopped = true;
  await sending;
  const settled = new Set<RecoveringClient>();
  const settling = clients.map((client) =>
    client.waitUntilSettled(lengths).then(() => settled.add(client)),
  );
  await waitAtMost(TIMEOUT, Promise.all(settling));
  const duration = Math.round(performance.now() - startedAt);
  const report = summarize(clients, lengths);
  return { ...report, unsettled: clients.length - settled.size, duration };
}

/** Waits for a promise, but not longer than this time in ms. */
async function waitAtMost(limit: number, promise: Promise<unknown>): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const expired = pause(limit, undefined, { signal }).catch(() => undefined);
  try {
    await Promise.race([promise, expired]);
  } finally {
    controller.abort();
  }
}

function summarize(
  clients: readonly RecoveringClient[],
  lengths: Readonly<Record<Kind, number>>,
): Omit<CrashReport, 'unsettled' | 'duration'> {
  const report = {
    messages: 0,
    lostConnections: 0,
    notified: 0,
    lost: 0,
    repeated: 0,
    outOfOrder: 0,
  };
  for (const client of clients) {
    report.lostConnections += client.losses;
    if (client.isNotified) report.notified++;
    for (const kind of kinds) {
      const series = client.series[kind];
      const faults = series.faults(lengths[kind]);
      report.messages += series.length;
      report.repeated += faults.repeated;
      report.outOfOrder += faults.outOfOrder;
      if (!client.isNotified) report.lost += faults.lost;
    }
  }
  return report;
}
