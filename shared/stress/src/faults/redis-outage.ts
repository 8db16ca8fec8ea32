import assert from 'node:assert/strict';
import { type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { redis, type RedisHubContext, redisHubContext } from '@practical-signalr/redis';
import { type RedisServerProcess, startRedisServer } from '@practical-signalr/redis/local';
import type { UntypedClient } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { createClient } from '@redis/client';
import { FaultProxy } from '../proxy/fault-proxy.ts';
import { silentLogger } from '../silent-logger.ts';
import { eventually, type FaultCase, type ReportCounts } from './fault-case.ts';
import { FaultClient } from './fault-client.ts';
import { FaultHub, FaultLog, faultMethods } from './fault-hub.ts';
import { bothWays, isHealthy } from './pair-link.ts';

/** A server notices within these times, in ms, that Redis does not reply. */
const timeouts = { heartbeatInterval: 100, heartbeatTimeout: 1000 };
/** The number of sends that a load starts at once. */
const BATCH = 20;

interface Target {
  readonly resources: OpenedResources;
  readonly redisServer: RedisServerProcess;
  readonly proxy: FaultProxy;
}

/** Causes an outage. Resolves with a function that ends it. */
type Outage = (target: Target) => Promise<() => unknown>;

async function kill({ resources, redisServer }: Target): Promise<() => unknown> {
  process.kill(redisServer.pid, 'SIGKILL');
  await redisServer.close();
  return async () => resources.add(await startRedisServer({ port: redisServer.port }));
}

function freeze({ resources, redisServer }: Target): Promise<() => unknown> {
  const thaw = (): boolean => process.kill(redisServer.pid, 'SIGCONT');
  // A process that is stopped does not end, also if the check fails.
  resources.onClose(thaw);
  process.kill(redisServer.pid, 'SIGSTOP');
  return Promise.resolve(thaw);
}

function partition({ proxy }: Target): Promise<() => unknown> {
  proxy.setFaults(bothWays({ isHeld: true }));
  return Promise.resolve(() => proxy.clearFaults());
}

async function demote({ resources, redisServer }: Target): Promise<() => unknown> {
  const master = resources.add(await startRedisServer());
  const admin = await createClient({ url: redisServer.url }).connect();
  resources.onClose(() => admin.destroy());
  await admin.sendCommand(['REPLICAOF', '127.0.0.1', String(master.port)]);
  return () => admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
}

/** Sends numbers to all clients, and remembers which sends Redis has accepted. */
class Load {
  readonly accepted: number[] = [];
  rejected = 0;
  readonly #context: RedisHubContext<UntypedClient>;
  #last = 0;

  constructor(context: RedisHubContext<UntypedClient>) {
    this.#context = context;
  }

  /** Sends a batch. Every send must settle. */
  async sendBatch(): Promise<void> {
    const numbers = Array.from({ length: BATCH }, () => this.#nextNumber());
    const sends = numbers.map((n) => this.#context.clients.all.send('n', n));
    for (const [i, result] of (await Promise.allSettled(sends)).entries()) {
      if (result.status === 'fulfilled') this.accepted.push(numbers[i] as number);
      else {
        this.rejected++;
        const { code } = result.reason as { readonly code?: unknown };
        assert.equal(code, 'ERR_SIGNALR_REDIS_NOT_SENT');
      }
    }
  }

  /** Sends one number, which follows all others. */
  async sendLast(): Promise<number> {
    const n = this.#nextNumber();
    await this.#context.clients.all.send('n', n);
    return n;
  }

  #nextNumber(): number {
    this.#last++;
    return this.#last;
  }
}

async function startServer(
  resources: OpenedResources,
  url: string,
): Promise<{ readonly server: TestServer; readonly client: FaultClient }> {
  const hub = { hub: FaultHub, create: () => new FaultHub(new FaultLog()) };
  const server = resources.add(
    await testServer(
      { '/hub': { hub, methods: faultMethods, name: 'FaultHub' } },
      { logger: silentLogger, scaleOut: redis({ url, ...timeouts }) },
    ),
  );
  await eventually('the server is healthy', () => isHealthy(server));
  return { server, client: resources.add(await FaultClient.connect(server.port)) };
}

async function survive(
  outage: Outage,
  resources: OpenedResources,
  report: ReportCounts,
): Promise<void> {
  const redisServer = resources.add(await startRedisServer());
  const proxy = resources.add(await FaultProxy.start(redisServer.port));
  const url = `redis://127.0.0.1:${proxy.port}`;
  const servers = [await startServer(resources, url), await startServer(resources, url)];
  const context = resources.add(
    redisHubContext({ url, hub: 'FaultHub', logger: silentLogger, ...timeouts }),
  );
  const isContextHealthy = (): boolean => context.health().status === 'Healthy';
  const load = new Load(context);

  /** Returns what each client has received since the last call. */
  const takeReceived = async (): Promise<number[][]> => {
    const last = await load.sendLast();
    const lists = servers.map(({ client }) => client.received);
    for (const list of lists) await eventually('the last arrives', () => list.includes(last));
    return lists.map((list) => list.splice(0).filter((n) => n !== last));
  };
  const expectNoLoss = async (): Promise<void> => {
    await load.sendBatch();
    const sent = load.accepted.splice(0);
    assert.equal(sent.length, BATCH);
    assert.deepEqual(await takeReceived(), [sent, sent]);
  };

  await eventually('the hub context is healthy', isContextHealthy);
  await expectNoLoss();
  let isRunning = true;
  const running = (async () => {
    while (isRunning) {
      await load.sendBatch();
      await new Promise(setImmediate);
    }
  })();
  const end = await outage({ resources, redisServer, proxy });
  const isNoticed = (): boolean =>
    !isContextHealthy() && servers.every(({ server }) => !isHealthy(server));
  await eventually('all report the outage', isNoticed);
  await end();
  const isOver = (): boolean =>
    isContextHealthy() && servers.every(({ server }) => isHealthy(server));
  await eventually('all report the end of the outage', isOver);
  isRunning = false;
  await running;

  const accepted = load.accepted.splice(0);
  let lost = 0;
  for (const received of await takeReceived()) {
    // A message whose send was rejected may have arrived.
    const inOrder = [...new Set(received)].toSorted((left, right) => left - right);
    assert.deepEqual(received, inOrder, 'no message arrives twice or out of order');
    lost += accepted.filter((n) => !received.includes(n)).length;
  }
  report(`${accepted.length} sends accepted, ${load.rejected} rejected, ${lost} deliveries lost`);
  await expectNoLoss();
}

const createCase = (name: string, outage: Outage): FaultCase => ({
  name,
  mustHold:
    'Every send settles. No message arrives twice or out of order, and none is lost before and after the outage. Both servers and the hub context report the outage and its end.',
  run: (report = () => undefined) =>
    withResources((resources) => survive(outage, resources, report)),
});

/** Outages of Redis, while a hub context sends to the clients of two servers. */
export const redisOutages: readonly FaultCase[] = [
  createCase('Redis is killed and restarted under load', kill),
  createCase('Redis is frozen under load', freeze),
  createCase('Redis is partitioned from the servers under load', partition),
  createCase('Redis is demoted under load', demote),
];
