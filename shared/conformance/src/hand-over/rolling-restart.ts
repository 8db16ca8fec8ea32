import { setTimeout as pause } from 'node:timers/promises';
import { Gate } from '@practical-signalr/server/scale-out';
import type { Logger } from '@practical-signalr/server';
import { CheckedClient, type Kind, kinds } from './checked-client.ts';
import type { StartFront } from './fronts.ts';
import type { SeriesFaults } from './message-series.ts';
import { CallLog } from './restart-hub.ts';
import { type RestartingServer, startRestartingServer } from './restarting-servers.ts';

/** The number of servers that restart one after the other. */
const SERVERS = 3;
/** The number of messages of each kind before, between and after the restarts. */
const ROUNDS = 5;

/** A client of another process. */
export interface Follower {
  /** Connects to the hub, and joins `group-0`. */
  start(url: string, user: string): Promise<void>;
  /** Called when everything is sent, with the number of messages of each kind. */
  finish(lengths: Readonly<Record<Kind, number>>): Promise<void>;
}

/** The settings of a rolling restart. */
export interface RollingRestartOptions {
  readonly redisUrl: string;
  readonly clients: number;
  /** The time between two messages of each kind, in ms. */
  readonly interval: number;
  /** Starts the load balancer in front of these ports. */
  readonly startFront: StartFront;
  /** Further clients, by their users. */
  readonly followers?: Readonly<Record<string, Follower>>;
}

/** What the clients have noticed. All figures but the first three must be 0. */
export interface RollingRestartReport extends SeriesFaults {
  /** The number of messages that the clients have received. */
  messages: number;
  /** The number of answered calls. */
  calls: number;
  /** How long each server took to stop, in ms. */
  restarts: number[];
  failedCalls: number;
  /** The calls that did not run once, or not in order. */
  misrunCalls: number;
  changedIds: number;
  reconnecting: number;
  /** How often a hook for a new or a closed connection ran during the restarts. */
  hooks: number;
  /** The warnings and errors of the servers. */
  warnings: string[];
}

/**
 * Restarts three servers one after the other while official clients receive messages and call the
 * hub.
 */
export async function runRollingRestart(
  options: RollingRestartOptions,
): Promise<RollingRestartReport> {
  const { redisUrl, interval } = options;
  const log = new CallLog();
  const warnings: string[] = [];
  const warn = (text: string, ...details: unknown[]): void => {
    warnings.push([text, ...details].join(' '));
  };
  const logger: Logger = { debug: () => undefined, info: () => undefined, warn, error: warn };
  const start = (port = 0): Promise<RestartingServer> =>
    startRestartingServer(redisUrl, log, logger, port);
  const servers = await Promise.all(Array.from({ length: SERVERS }, () => start()));
  const sender = await start();
  const front = await options.startFront(servers.map(({ port }) => port));
  front.use(servers.map(({ port }) => port));
  const url = `${front.url}/hub`;
  const clients = Array.from({ length: options.clients }, (_, i) => new CheckedClient(url, i));
  for (let i = 0; i < clients.length; i += 50)
    await Promise.all(clients.slice(i, i + 50).map((client) => client.start()));
  const followers = Object.entries(options.followers ?? {});
  await Promise.all(followers.map(([user, follower]) => follower.start(url, user)));

  let isStopped = false;
  const lengths = { all: 0, group: 0, user: 0 };
  const sent = new Gate();
  /**
   * Waits until further messages of each kind are sent, so that the restarts happen between
   * messages.
   */
  const moreSent = async (): Promise<void> => {
    const { all } = lengths;
    while (lengths.all < all + ROUNDS) await sent.wait();
  };
  const calling = clients.map((client) =>
    client.callUntil(
      () => isStopped,
      () => pause(interval),
    ),
  );
  const sending = (async () => {
    const groups = new Set(clients.map(({ group }) => group));
    const users = [...clients.map(({ user }) => user), ...followers.map(([user]) => user)];
    while (!isStopped) {
      const sends = [sender.hub.clients.all.send('all', lengths.all)];
      for (const group of groups)
        sends.push(sender.hub.clients.group(group).send('group', lengths.group));
      for (const user of users)
        sends.push(sender.hub.clients.user(user).send('user', lengths.user));
      await Promise.all(sends);
      for (const kind of kinds) lengths[kind]++;
      sent.open();
      await pause(interval);
    }
  })();

  const restarts: number[] = [];
  for (let i = 0; i < servers.length; i++) {
    await moreSent();
    const server = servers[i] as RestartingServer;
    front.use(servers.filter((other) => other !== server).map(({ port }) => port));
    const startedAt = performance.now();
    await server.stop();
    restarts.push(Math.round(performance.now() - startedAt));
    servers[i] = await start(server.port);
    front.use(servers.map(({ port }) => port));
  }
  await moreSent();
  isStopped = true;
  await Promise.all([sending, ...calling]);
  const hooks = log.connected - clients.length - followers.length + log.disconnected;
  await Promise.all([
    ...followers.map(([, follower]) => follower.finish(lengths)),
    Promise.race([Promise.all(clients.map((client) => client.received(lengths))), pause(10_000)]),
  ]);
  const report = summarize(clients, log, lengths, { restarts, hooks, warnings });
  await Promise.all(clients.map((client) => client.stop()));
  await front.close();
  for (const server of [...servers, sender]) await server.stop();
  return report;
}

function summarize(
  clients: readonly CheckedClient[],
  log: CallLog,
  lengths: Readonly<Record<Kind, number>>,
  rest: Pick<RollingRestartReport, 'restarts' | 'hooks' | 'warnings'>,
): RollingRestartReport {
  const counts = { messages: 0, calls: 0, lost: 0, repeated: 0, outOfOrder: 0 };
  const faults = { failedCalls: 0, misrunCalls: 0, changedIds: 0, reconnecting: 0 };
  for (const client of clients) {
    for (const kind of kinds) {
      const { lost, repeated, outOfOrder } = client.series[kind].faults(lengths[kind]);
      counts.messages += client.series[kind].length;
      counts.lost += lost;
      counts.repeated += repeated;
      counts.outOfOrder += outOfOrder;
    }
    const calls = log.callsOf(client.user);
    counts.calls += client.calls;
    faults.failedCalls += client.failedCalls;
    faults.misrunCalls += calls.filter((n, i) => n !== i).length;
    faults.changedIds += client.hasChangedId ? 1 : 0;
    faults.reconnecting += client.reconnecting;
  }
  return { ...counts, ...faults, ...rest };
}
