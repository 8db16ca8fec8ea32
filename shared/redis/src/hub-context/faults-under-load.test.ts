import { createClient } from '@redis/client';
import type { UntypedClient } from '@practical-signalr/server';
import { afterEach, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import { CuttableProxy } from '../testing/cuttable-proxy.ts';
import { LoggedHub } from '../testing/logged-hub.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { startPair } from '../testing/server-pair.ts';
import { type RedisHubContext, redisHubContext } from './redis-hub-context.ts';

const test = baseTest.skipIf(!hasRedisServer);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

interface Target {
  readonly redisServer: RedisServerProcess;
  readonly proxy: CuttableProxy;
}

/** Injects a fault. Returns a function that ends it. */
type Fault = (target: Target) => Promise<() => unknown>;

const faults: [string, Fault][] = [
  [
    'killed and restarted',
    async ({ redisServer }) => {
      process.kill(redisServer.pid, 'SIGKILL');
      await redisServer.close();
      return async () => {
        const restarted = await startRedisServer({ port: redisServer.port });
        cleanups.push(() => restarted.close());
      };
    },
  ],
  [
    'frozen',
    async ({ redisServer }) => {
      process.kill(redisServer.pid, 'SIGSTOP');
      return () => process.kill(redisServer.pid, 'SIGCONT');
    },
  ],
  [
    'partitioned from the servers',
    async ({ proxy }) => {
      proxy.cut();
      return () => proxy.mend();
    },
  ],
  [
    'demoted',
    async ({ redisServer }) => {
      const master = await startRedisServer();
      cleanups.push(() => master.close());
      const admin = await createClient({ url: redisServer.url }).connect();
      cleanups.push(() => admin.destroy());
      await admin.sendCommand(['REPLICAOF', '127.0.0.1', String(master.port)]);
      return () => admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    },
  ],
];

/** Sends numbers to all clients until it is stopped, and counts the outcomes. */
class Load {
  readonly acknowledged: number[] = [];
  readonly codes = new Set<unknown>();
  readonly #context: RedisHubContext<UntypedClient>;
  #next = 0;
  #isRunning = true;

  constructor(context: RedisHubContext<UntypedClient>) {
    this.#context = context;
  }

  /** Sends a batch. Every send must settle. */
  async sendBatch(): Promise<void> {
    const ids = Array.from({ length: 20 }, (_, i) => this.#next + i);
    this.#next += ids.length;
    const results = await Promise.allSettled(
      ids.map((id) => this.#context.clients.all.send('m', id)),
    );
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') this.acknowledged.push(ids[i] as number);
      else this.codes.add((result.reason as { code?: unknown }).code);
    }
  }

  async run(): Promise<void> {
    while (this.#isRunning) {
      await this.sendBatch();
      await new Promise(setImmediate);
    }
  }

  stop(): void {
    this.#isRunning = false;
  }
}

test.each(faults)(
  'while Redis is %s under load, every send settles, and nothing is lost before and after',
  async (_name, inject) => {
    const redisServer = await startRedisServer();
    cleanups.push(() => redisServer.close());
    const proxy = await CuttableProxy.start(redisServer.port);
    cleanups.push(() => proxy.close());
    const timeouts = { heartbeatInterval: 100, heartbeatTimeout: 1000 };
    const { url } = proxy;
    const servers = await startPair({ url, ...timeouts });
    cleanups.push(() => Promise.all(servers.map((server) => server.close())));
    const log = new LoggedHub();
    const { logger } = log.hub;
    const context = redisHubContext({ url, hub: 'ChatHub', logger, ...timeouts });
    cleanups.push(() => context.close());
    const load = new Load(context);
    const receive = async (): Promise<number[][]> => {
      await context.clients.all.send('fence');
      return Promise.all(servers.map(({ client }) => client.until('fence'))) as Promise<number[][]>;
    };

    // Before the fault.
    await load.sendBatch();
    const before = load.acknowledged.splice(0);
    expect(before).toHaveLength(20);
    expect(await receive()).toEqual([before, before]);

    // During the fault.
    const since = servers.map((server) => server.log.lines.length);
    const running = load.run();
    const end = await inject({ redisServer, proxy });
    await log.logged(/does not reach/);
    expect(context.health().status).toBe('Degraded');
    await Promise.all(servers.map((server, i) => server.log.logged(/does not reach/, since[i])));
    await end();
    await log.logged(/over Redis again/);
    await Promise.all(servers.map((server, i) => server.reconnected(since[i] as number)));
    load.stop();
    await running;
    expect(context.health().status).toBe('Healthy');
    const acknowledged = load.acknowledged.splice(0);
    let lost = 0;
    for (const received of await receive()) {
      // No message arrives twice or out of order. One whose send was rejected may have arrived.
      expect(received).toEqual([...new Set(received)].toSorted((a, b) => a - b));
      // Redis accepts messages while a server is not subscribed. What is lost then, the server
      // reports as an outage.
      lost += acknowledged.filter((id) => !received.includes(id)).length;
    }
    const outages = servers.map((server) => Number(server.data['disconnections']));
    expect(lost === 0 || outages.every((count) => count > 0)).toBe(true);
    for (const code of load.codes) expect(code).toBe('ERR_SIGNALR_REDIS_NOT_SENT');

    // After the fault.
    await load.sendBatch();
    const after = load.acknowledged.splice(0);
    expect(after).toHaveLength(20);
    expect(await receive()).toEqual([after, after]);
  },
);
