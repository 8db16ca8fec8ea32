import assert from 'node:assert/strict';
import type { OpenedResources } from '@practical-signalr/lesson-kit';
import type { SignalRServerOptions } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { FaultProxy } from '../proxy/fault-proxy.ts';
import type { DirectionFaults } from '../proxy/faulty-pipe.ts';
import { silentLogger } from '../silent-logger.ts';
import { eventually } from './fault-case.ts';
import { FaultClient } from './fault-client.ts';
import { FaultHub, FaultLog, faultMethods } from './fault-hub.ts';

/** One of two servers, with an official client. */
interface LinkedServer {
  readonly server: TestServer;
  readonly client: FaultClient;
}

/** Two servers. A proxy is between the first one and what connects them. */
export interface PairLink {
  readonly a: LinkedServer;
  readonly b: LinkedServer;
  readonly proxy: FaultProxy;
  /** The port to which the proxy forwards. */
  readonly port: number;
  /** Sends a message with the next number from a server to all clients. Returns the number. */
  readonly broadcast: (from: LinkedServer) => Promise<number>;
}

/**
 * Connects a server. `port` is that of Redis or of the service, or of the proxy. `isFaulty` is true
 * for the server whose connection gets the fault.
 */
export type CreateScaleOut = (port: number, isFaulty: boolean) => SignalRServerOptions['scaleOut'];

/** Starts two servers, which the resources own, and runs a check. */
export async function checkPair(
  resources: OpenedResources,
  port: number,
  createScaleOut: CreateScaleOut,
  check: (link: PairLink) => Promise<void>,
): Promise<void> {
  const proxy = resources.add(await FaultProxy.start(port));
  const a = await startServer(resources, createScaleOut(proxy.port, true));
  const b = await startServer(resources, createScaleOut(port, false));
  // Without faults, the servers stop without waiting for a timeout.
  resources.onClose(() => proxy.clearFaults());
  let last = 0;
  const broadcast = async ({ server }: LinkedServer): Promise<number> => {
    last++;
    await server.hubs['/hub']?.clients.all.send('n', last as never);
    return last;
  };
  await check({ a, b, proxy, port, broadcast });
  for (const { client } of [a, b]) {
    const { received } = client;
    assert.equal(new Set(received).size, received.length, 'no message arrives twice');
  }
}

/** Returns the same faults for both directions of a proxy. */
export const bothWays = <T>(faults: T): { toServer: T; toClient: T } => ({
  toServer: faults,
  toClient: faults,
});

/** What breaks the connection of a server. */
export interface LinkBreak {
  readonly cause: (proxy: FaultProxy) => void;
  /** Whether the cause has had its effect. */
  readonly isBroken: (proxy: FaultProxy) => boolean;
}

/** Returns a break that has its effect immediately. */
export const breakAtOnce = (cause: (proxy: FaultProxy) => void): LinkBreak => ({
  cause,
  isBroken: () => true,
});

/** Cuts one connection after some bytes of one direction. */
export const cutAfter = (faults: {
  readonly [K in 'toServer' | 'toClient']?: Pick<DirectionFaults, 'bytesUntilCut'>;
}): LinkBreak => ({
  cause: (proxy) => proxy.setFaults(faults),
  isBroken: ({ cuts }) => cuts === 1,
});

/** Checks that a delay of 50 ms in both directions affects neither delivery nor health. */
export async function checkDelay({ a, b, proxy, broadcast }: PairLink): Promise<void> {
  proxy.setFaults(bothWays({ delay: 50 }));
  const sent: number[] = [];
  for (let i = 0; i < 20; i++) sent.push(await broadcast(a));
  for (const { client, server } of [a, b]) {
    await eventually('all arrive', () => client.received.length === sent.length);
    assert.deepEqual(client.received, sent);
    assert.ok(isHealthy(server));
  }
}

async function startServer(
  resources: OpenedResources,
  scaleOut: SignalRServerOptions['scaleOut'],
): Promise<LinkedServer> {
  const hub = { hub: FaultHub, create: () => new FaultHub(new FaultLog()) };
  const server: TestServer = await testServer(
    { '/hub': { hub, methods: faultMethods, name: 'FaultHub' } },
    { logger: silentLogger, ...(scaleOut === undefined ? {} : { scaleOut }) },
  );
  resources.add(server);
  await eventually('the server is healthy', () => isHealthy(server));
  const client = resources.add(await FaultClient.connect(server.port));
  return { server, client };
}

/** Returns whether a server reaches the other one. */
export const isHealthy = ({ signalr }: Pick<TestServer, 'signalr'>): boolean =>
  signalr.health().status === 'Healthy';

/**
 * Checks that the servers reach each other again after a fault, and that each later message arrives
 * once and in order on both.
 */
export async function expectRecovery(link: PairLink): Promise<void> {
  const { a, b, broadcast } = link;
  link.proxy.target = link.port;
  link.proxy.clearFaults();
  await eventually('both servers are healthy', () => isHealthy(a.server) && isHealthy(b.server));
  await eventually('both clients are connected', () => [a, b].every((x) => x.client.isConnected));
  // The first messages after the fault may be lost, until both servers have noticed its end.
  for (const from of [a, b])
    await eventually('messages arrive again', async () => {
      const n = await broadcast(from);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [a, b].every(({ client }) => client.received.includes(n));
    });
  const later: number[] = [];
  for (let i = 0; i < 10; i++) later.push(await broadcast(a));
  for (const { client } of [a, b]) {
    await eventually('all messages arrive', () => client.received.includes(later.at(-1) as number));
    assert.deepEqual(client.received.slice(-later.length), later);
  }
}
