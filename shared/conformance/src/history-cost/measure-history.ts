import { setTimeout as pause } from 'node:timers/promises';
import { type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { startRedisServer } from '@practical-signalr/redis/local';
import { BroadcastClient } from './broadcast-client.ts';
import { startMeasuredServer } from './measured-server.ts';

/** How many messages are sent, and how fast. */
export interface HistoryLoad {
  readonly clients: number;
  readonly messages: number;
  /** The time between two messages in ms. With 0, one call sends all messages. */
  readonly interval: number;
}

const PAYLOAD = 'x'.repeat(100);

/**
 * Broadcasts messages to the clients of two servers. Resolves with the CPU time of both servers for
 * each message that a client received, in µs.
 */
export const measureBroadcasts = (load: HistoryLoad, hasHistory: boolean): Promise<number> =>
  withResources((resources) => measureOwned(resources, load, hasHistory));

async function measureOwned(
  resources: OpenedResources,
  load: HistoryLoad,
  hasHistory: boolean,
): Promise<number> {
  const redis = resources.add(await startRedisServer());
  const servers = await Promise.all(
    [1, 2].map(async () => resources.add(await startMeasuredServer(redis.url, hasHistory))),
  );
  const clients: BroadcastClient[] = [];
  for (let n = 0; n < load.clients; n += 50) {
    const batch = Array.from({ length: Math.min(50, load.clients - n) }, (_, i) => {
      const { port } = servers[(n + i) % 2] as (typeof servers)[number];
      return BroadcastClient.connect(port);
    });
    for (const client of await Promise.all(batch)) clients.push(resources.add(client));
  }
  await broadcast(clients, load); // compiles the code
  const total = async (): Promise<number> => {
    const times = await Promise.all(servers.map((server) => server.cpuTime()));
    return times.reduce((sum, time) => sum + time, 0);
  };
  const before = await total();
  await broadcast(clients, load);
  const used = (await total()) - before;
  return (1000 * used) / (load.messages * load.clients);
}

async function broadcast(clients: readonly BroadcastClient[], load: HistoryLoad): Promise<void> {
  const [sender] = clients as [BroadcastClient];
  const expected = sender.received + load.messages;
  if (load.interval === 0) sender.broadcast(load.messages, PAYLOAD);
  else {
    for (let n = 0; n < load.messages; n++) {
      sender.broadcast(1, PAYLOAD);
      await pause(load.interval);
    }
  }
  await Promise.all(clients.map((client) => client.waitForMessages(expected)));
}
