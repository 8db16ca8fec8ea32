import { setTimeout as pause } from 'node:timers/promises';
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
/** How long the clients have to settle, in ms. A client that has not is a fault. */
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
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const { redisUrl, interval } = options;
  const children = await Promise.all(
    Array.from({ length: SERVERS }, () => startCrashingServer(redisUrl)),
  );
  const sender = await startCrashServer(redisUrl);
  const ports = children.map(({ port }) => port);
  const front = await options.startFront(ports);
  front.use(ports);
  const clients = Array.from(
    { length: options.clients },
    (_, i) => new RecoveringClient(`${front.url}/hub`, i),
  );
  for (let i = 0; i < clients.length; i += 50)
    await Promise.all(clients.slice(i, i + 50).map((client) => client.start()));

  let isStopped = false;
  const lengths = { all: 0, group: 0, user: 0 };
  const sent = new Gate();
  const moreSent = async (): Promise<void> => {
    const { all } = lengths;
    while (lengths.all < all + ROUNDS) await sent.wait();
  };
  const sending = (async () => {
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
  })();

  await moreSent();
  const [killed, ...others] = children as [CrashingServer, ...CrashingServer[]];
  front.use(others.map(({ port }) => port));
  const startedAt = performance.now();
  killed.process.kill('SIGKILL');
  while (clients.every(({ losses }) => losses === 0)) await pause(10);
  await moreSent();
  isStopped = true;
  await sending;
  const settled = new Set<RecoveringClient>();
  const settling = clients.map((client) => client.settled(lengths).then(() => settled.add(client)));
  await Promise.race([Promise.all(settling), pause(TIMEOUT, undefined, { ref: false })]);
  const duration = Math.round(performance.now() - startedAt);
  const report = summarize(clients, lengths);
  await Promise.all(clients.map((client) => client.stop()));
  await front.close();
  for (const child of others) child.process.kill();
  await sender.close();
  return { ...report, unsettled: clients.length - settled.size, duration };
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
