import assert from 'node:assert/strict';
import { redis } from '@practical-signalr/redis';
import { withResources } from '@practical-signalr/lesson-kit';
import { startRedisServer } from '@practical-signalr/redis/local';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { type FaultCase, eventually } from './fault-case.ts';
import {
  bothWays,
  breakAtOnce,
  checkDelay,
  checkPair,
  type CreateScaleOut,
  cutAfter,
  expectRecovery,
  isHealthy,
  type LinkBreak,
  type PairLink,
} from './pair-link.ts';

/**
 * The server behind the proxy replaces a silent connection after this time, in ms. The other one
 * waits for the default time, because it must stay healthy on a busy machine too.
 */
const SOON = 1000;

const SERVED_ALONE =
  'The server reports Degraded, and its sends reach its own clients without waiting. Afterwards, messages reach both servers once and in order.';

const withRedis = (check: (link: PairLink) => Promise<void>, timeout = SOON): Promise<void> =>
  withResources(async (resources) => {
    const server = resources.add(await startRedisServer());
    const createScaleOut: CreateScaleOut = (port, isFaulty) =>
      redis({
        url: `redis://127.0.0.1:${port}`,
        heartbeatInterval: timeout,
        ...(isFaulty ? { heartbeatTimeout: timeout } : {}),
      });
    await checkPair(resources, server.port, createScaleOut, check);
  });

/** Returns the case of a fault that cuts the server off from Redis as long as it lasts. */
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

/**
 * Returns the case of a connection that breaks, after which the server connects again immediately.
 */
const breaking = (name: string, { cause, isBroken }: LinkBreak): FaultCase => ({
  name,
  mustHold: 'The server connects again. Afterwards, messages reach both servers once and in order.',
  run: () =>
    withRedis(async (link) => {
      cause(link.proxy);
      for (let i = 0; i < 20; i++) await link.broadcast(link.a);
      await eventually('the connection breaks', () => isBroken(link.proxy));
      await expectRecovery(link);
    }),
});

/** Faults between a server and Redis. */
export const redisLinkFaults: readonly FaultCase[] = [
  {
    name: 'delay of 50 ms in both directions',
    mustHold: 'Messages reach both servers once and in order, and no server is degraded.',
    run: () => withRedis(checkDelay, 5000),
  },
  isolating('unplugged cable: nothing passes', (proxy) =>
    proxy.setFaults(bothWays({ isHeld: true })),
  ),
  isolating('everything to Redis is lost', (proxy) =>
    proxy.setFaults({ toServer: { isDiscarded: true } }),
  ),
  isolating('everything from Redis is lost', (proxy) =>
    proxy.setFaults({ toClient: { isDiscarded: true } }),
  ),
  isolating('one byte per second in both directions', (proxy) =>
    proxy.setFaults(bothWays({ bytesPerSecond: 1 })),
  ),
  isolating('half-open: the server is not notified that Redis is gone', (proxy) => {
    proxy.target = undefined;
    proxy.abandon('client');
  }),
  breaking(
    'half-open: Redis is not notified that the server is gone',
    breakAtOnce((proxy) => proxy.abandon('server')),
  ),
  breaking(
    'reset',
    breakAtOnce((proxy) => proxy.reset()),
  ),
  breaking('cut in the middle of a command', cutAfter({ toServer: { bytesUntilCut: 50 } })),
  breaking('cut in the middle of a message', cutAfter({ toClient: { bytesUntilCut: 50 } })),
];
