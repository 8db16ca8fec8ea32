import type { Fleet } from '../model/fleet.ts';
import { loadSince } from '../model/redis-load.ts';
import type { SimulatedClient, SimulatedServer } from '../model/simulated-server.ts';

/** What one send costs, on average over several. Times are in ms. */
export interface SendCost {
  readonly target: string;
  /** The messages to Redis or to the primary process. */
  readonly publishes: number;
  /** The messages from Redis or between workers and their primary process. */
  readonly backplaneMessages: number;
  readonly backplaneMessagesPerServer: number;
  readonly bytesFromRedis: number;
  readonly redisBusy: number;
  readonly clientMessages: number;
  readonly clientMessagesPerServer: number;
  /** The longest time until the last client's message is written. */
  readonly lastAfter: number;
}

/** How often each send is repeated. */
const REPETITIONS = 20;
const PAYLOAD = 'x'.repeat(100);

type Send = (server: SimulatedServer, client: SimulatedClient) => Promise<void>;

const sends: Readonly<Record<string, Send>> = {
  'all clients': ({ started }) => started.manager.sendAll('receive', [PAYLOAD]),
  'one group': ({ started }, { group }) => started.manager.sendGroup(group, 'receive', [PAYLOAD]),
  'one connection': ({ started }, { connection }) =>
    started.manager.sendConnection(connection?.connectionId ?? '', 'receive', [PAYLOAD]),
};

/** Sends to all clients, to groups and to connections, each from a random server. */
export async function simulateTraffic(fleet: Fleet): Promise<SendCost[]> {
  const costsOfSends: SendCost[] = [];
  for (const [target, send] of Object.entries(sends)) {
    costsOfSends.push(await measureSends(fleet, target, send));
  }
  return costsOfSends;
}

async function measureSends(fleet: Fleet, target: string, send: Send): Promise<SendCost> {
  const { clock, servers, clients, random } = fleet;
  const { redis, workers } = fleet.backplane;
  const before = { load: redis.load, workers: workers.messages, clients: countMessages(servers) };
  let lastAfter = 0;
  for (let i = 0; i < REPETITIONS; i += 1) {
    const sentAt = clock.now;
    const client = clients[random.below(clients.length)] as SimulatedClient;
    await send(fleet.randomServer(), client);
    // Everything has arrived, and no work is left.
    await clock.wait(100);
    const doneAt = Math.max(sentAt, ...servers.map(({ cpuFreeAt }) => cpuFreeAt));
    lastAfter = Math.max(lastAfter, doneAt - sentAt);
    await clock.wait(doneAt - clock.now);
  }
  const load = loadSince(redis.load, before.load);
  const workerMessages = workers.messages - before.workers;
  const clientMessages = countMessages(servers) - before.clients;
  const perSend = (total: number): number => total / REPETITIONS;
  return {
    target,
    publishes: perSend(load.publishes),
    backplaneMessages: perSend(load.deliveries + workerMessages),
    backplaneMessagesPerServer: perSend(load.deliveries + workerMessages) / servers.length,
    bytesFromRedis: perSend(load.bytesOut),
    redisBusy: perSend(load.busy),
    clientMessages: perSend(clientMessages),
    clientMessagesPerServer: perSend(clientMessages) / servers.length,
    lastAfter,
  };
}

const countMessages = (servers: readonly SimulatedServer[]): number =>
  servers.reduce((sum, { deliveries }) => sum + deliveries, 0);
