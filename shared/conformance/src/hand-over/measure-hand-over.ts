import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@practical-signalr/server';
import { CheckedClient } from './checked-client.ts';
import type { StartFront } from './fronts.ts';
import { CallLog } from './restart-hub.ts';
import { startRestartingServer } from './restarting-servers.ts';

/** How long the clients may need for the last message, in ms. Without it, it counts as lost. */
const TIMEOUT = 30_000;

/** What it costs to hand all connections of a server over. */
export interface HandOverCost {
  readonly clients: number;
  /** The number of unacknowledged messages of each client. */
  readonly messages: number;
  /** The time from the call of `close` until other servers had all connections, in ms. */
  readonly duration: number;
  /**
   * The CPU time of this process in that time, in ms. The process runs servers, clients and
   * balancer.
   */
  readonly cpu: number;
  /** How much memory the process needed in addition at most, in MB. */
  readonly memory: number;
  readonly lost: number;
  readonly reconnecting: number;
}

/** Hands the connections of one server over to another one, and measures it. */
export async function measureHandOver(
  redisUrl: string,
  clientCount: number,
  messages: number,
  startFront: StartFront,
): Promise<HandOverCost> {
  const log = new CallLog();
  const ignore = (): void => undefined;
  const logger: Logger = { debug: ignore, info: ignore, warn: console.warn, error: console.error };
  const from = await startRestartingServer(redisUrl, log, logger);
  // The port of the other server is known to the balancer, but nothing listens there yet.
  const reserved = await startRestartingServer(redisUrl, log, logger);
  await reserved.stop();
  const front = await startFront([from.port, reserved.port]);
  front.use([from.port]);
  const clients = Array.from(
    { length: clientCount },
    (_, i) => new CheckedClient(`${front.url}/hub`, i),
  );
  for (let i = 0; i < clients.length; i += 50)
    await Promise.all(clients.slice(i, i + 50).map((client) => client.start()));
  const to = await startRestartingServer(redisUrl, log, logger, reserved.port);
  front.use([to.port]);
  const lengths = { all: messages, group: 0, user: 0 };
  for (let n = 0; n < messages; n++) await from.hub.clients.all.send('all', n);
  await Promise.all(clients.map((client) => client.received(lengths)));

  // The clients acknowledge messages a second after they arrive, so the server has no
  // acknowledgement yet.
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await from.stop();
  const { user, system } = process.cpuUsage(cpuBefore);
  const duration = performance.now() - startedAt;
  clearInterval(sampler);
  await to.hub.clients.all.send('all', messages);
  const received = clients.map((client) => client.received({ ...lengths, all: messages + 1 }));
  await Promise.race([Promise.all(received), pause(TIMEOUT, undefined, { ref: false })]);
  const lost = clients.reduce(
    (sum, { series }) => sum + series.all.faults(messages + 1).lost + series.all.faults(0).repeated,
    0,
  );
  const reconnecting = clients.reduce((sum, client) => sum + client.reconnecting, 0);
  await Promise.all(clients.map((client) => client.stop()));
  await front.close();
  await to.stop();
  return {
    clients: clientCount,
    messages,
    duration: Math.round(duration),
    cpu: Math.round((user + system) / 1000),
    memory: Math.round((peak - before) / 1024 / 1024),
    lost,
    reconnecting,
  };
}
