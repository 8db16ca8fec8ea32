import assert from 'node:assert/strict';
import { redis } from '@practical-signalr/redis';
import { startRedisServer } from '@practical-signalr/redis/local';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { type FaultCase, eventually } from './fault-case.ts';
import { expectRecovery, isHealthy, type PairLink, withPair } from './pair-link.ts';

/** A silent connection is replaced after this time, in ms. */
const SOON = 300;

const SERVED_ALONE =
  'The server reports Degraded, and its sends reach its own clients without waiting. Afterwards, messages reach both servers once and in order.';

async function withRedis(check: (link: PairLink) => Promise<void>, timeout = SOON): Promise<void> {
  const server = await startRedisServer();
  try {
    const createScaleOut = (port: number) =>
      redis({
        url: `redis://127.0.0.1:${port}`,
        heartbeatInterval: timeout,
        heartbeatTimeout: timeout,
      });
    await withPair(server.port, createScaleOut, check);
  } finally {
    await server.close();
  }
}

/** While the fault lasts, the server is alone. */
const isolating = (name: string, cause: (proxy: FaultProxy) => void): FaultCase => ({
  name,
  mustHold: SERVED_ALONE,
  run: () =>
    withRedis(async (link) => {
      const { a, b, proxy, broadcast } = link;
      cause(proxy);
      await eventually('the server is degraded', () => !isHealthy(a.server));
      assert.ok(isHealthy(b.server), 'the other server is not affected');
      const n = await broadcast(a);
      await eventually('its own client receives', () => a.client.received.includes(n));
      const m = await broadcast(b);
      await eventually('clients of the other server receive', () => b.client.received.includes(m));
      await expectRecovery(link);
    }),
});

/** The connection breaks, and the server connects again at once. */
const breaking = (name: string, cause: (proxy: FaultProxy) => void): FaultCase => ({
  name,
  mustHold: 'The server connects again. Afterwards, messages reach both servers once and in order.',
  run: () =>
    withRedis(async (link) => {
      cause(link.proxy);
      for (let i = 0; i < 20; i++) await link.broadcast(link.a);
      await eventually('the connection is cut', () => !link.proxy.isCutPending);
      await expectRecovery(link);
    }),
});

const bothWays = <T>(faults: T): { toServer: T; toClient: T } => ({
  toServer: faults,
  toClient: faults,
});

/** Faults between a server and Redis. */
export const redisLinkFaults: readonly FaultCase[] = [
  {
    name: 'delay of 50 ms in both directions',
    mustHold: 'Messages reach both servers once and in order, and no server is degraded.',
    run: () =>
      withRedis(async (link) => {
        const { a, b, proxy, broadcast } = link;
        proxy.setFaults(bothWays({ delay: 50 }));
        const sent: number[] = [];
        for (let i = 0; i < 20; i++) sent.push(await broadcast(a));
        for (const { client, server } of [a, b]) {
          await eventually('all arrive', () => client.received.length === sent.length);
          assert.deepEqual(client.received, sent);
          assert.ok(isHealthy(server));
        }
      }, 5000),
  },
  isolating('unplugged cable: nothing passes', (proxy) =>
    proxy.setFaults(bothWays({ isHeld: true })),
  ),
  isolating('everything to Redis is lost', (proxy) =>
    proxy.setFaults({ toServer: { isLossy: true } }),
  ),
  isolating('everything from Redis is lost', (proxy) =>
    proxy.setFaults({ toClient: { isLossy: true } }),
  ),
  isolating('one byte per second in both directions', (proxy) =>
    proxy.setFaults(bothWays({ bytesPerSecond: 1 })),
  ),
  isolating('half-open: the server is not notified that Redis is gone', (proxy) => {
    proxy.target = undefined;
    proxy.abandon('client');
  }),
  breaking('half-open: Redis is not notified that the server is gone', (proxy) =>
    proxy.abandon('server'),
  ),
  breaking('reset', (proxy) => proxy.reset()),
  breaking('cut in the middle of a command', (proxy) =>
    proxy.setFaults({ toServer: { bytesUntilCut: 50 } }),
  ),
  breaking('cut in the middle of a message', (proxy) =>
    proxy.setFaults({ toClient: { bytesUntilCut: 50 } }),
  ),
];
