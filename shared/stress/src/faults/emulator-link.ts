import assert from 'node:assert/strict';
import { azureSignalR } from '@practical-signalr/azure';
import { withResources } from '@practical-signalr/lesson-kit';
import { startEmulator } from '@practical-signalr/azure-emulator';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { silentLogger } from '../silent-logger.ts';
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
 * The server behind the proxy replaces a silent server connection after this time, in ms. The other
 * one uses the defaults, because it must stay healthy on a busy machine too.
 */
const SOON = 1000;

const withEmulator = (check: (link: PairLink) => Promise<void>, timeout = SOON): Promise<void> =>
  withResources(async (resources) => {
    const emulator = await startEmulator({ port: 0, pingInterval: timeout / 5 });
    resources.add(emulator);
    const createScaleOut: CreateScaleOut = (port, isFaulty) =>
      azureSignalR({
        connectionString: `${emulator.connectionString}ServerEndpoint=http://127.0.0.1:${port};`,
        environment: {},
        logger: silentLogger,
        initialHubServerConnectionCount: 2,
        ...(isFaulty ? { serviceTimeout: timeout, serverHandshakeTimeout: timeout } : {}),
        retryDelay: () => 50,
      });
    await checkPair(resources, emulator.port, createScaleOut, check);
  });

/** Returns the case of a fault that cuts the server off from the service as long as it lasts. */
const isolating = (name: string, cause: (proxy: FaultProxy) => void): FaultCase => ({
  name,
  mustHold:
    'The server closes the silent connection, reports Unhealthy or Degraded, and its sends reject. The other server is not affected. Afterwards, messages arrive once and in order.',
  run: () =>
    withEmulator(async (link) => {
      const { a, b, proxy, broadcast } = link;
      cause(proxy);
      await eventually('the server is not healthy', () => !isHealthy(a.server));
      await assert.rejects(broadcast(a), /no connection to Azure SignalR Service/);
      assert.ok(isHealthy(b.server), 'the other server is not affected');
      const n = await broadcast(b);
      await eventually('clients of the other server receive', () => b.client.received.includes(n));
      await expectRecovery(link);
    }),
});

/**
 * Returns the case of a connection that breaks, after which the server connects again immediately.
 */
const breaking = (name: string, { cause, isBroken }: LinkBreak): FaultCase => ({
  name,
  mustHold:
    'Clients of the lost connection reconnect, others continue. Afterwards, messages arrive once and in order.',
  run: () =>
    withEmulator(async (link) => {
      const { a, b, proxy, broadcast } = link;
      cause(proxy);
      for (let i = 0; i < 20; i++) await broadcast(a).catch(() => undefined);
      await eventually('the connection breaks', () => isBroken(proxy));
      const n = await broadcast(b);
      await eventually('clients of the other server receive', () => b.client.received.includes(n));
      await expectRecovery(link);
      assert.equal(b.client.reconnecting, 0);
    }),
});

/** Faults between a server and the emulator of Azure SignalR Service. */
export const emulatorLinkFaults: readonly FaultCase[] = [
  {
    name: 'delay of 50 ms in both directions',
    mustHold: 'Messages arrive once and in order, and no connection is replaced.',
    run: () => withEmulator(checkDelay, 10_000),
  },
  isolating('unplugged cable: nothing passes', (proxy) =>
    proxy.setFaults(bothWays({ isHeld: true })),
  ),
  isolating('everything from the service is lost', (proxy) =>
    proxy.setFaults({ toClient: { isDiscarded: true } }),
  ),
  isolating('one byte per second in both directions', (proxy) =>
    proxy.setFaults(bothWays({ bytesPerSecond: 1 })),
  ),
  isolating('half-open: the server is not notified that the service is gone', (proxy) => {
    proxy.target = undefined;
    proxy.abandon('client');
  }),
  breaking(
    'half-open: the service is not notified that the server is gone',
    breakAtOnce((proxy) => proxy.abandon('server')),
  ),
  breaking(
    'reset',
    breakAtOnce((proxy) => proxy.reset()),
  ),
  breaking(
    'cut in the middle of a frame to the service',
    cutAfter({ toServer: { bytesUntilCut: 50 } }),
  ),
  breaking(
    'cut in the middle of a frame to the server',
    cutAfter({ toClient: { bytesUntilCut: 50 } }),
  ),
];
