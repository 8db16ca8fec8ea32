import assert from 'node:assert/strict';
import { type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import { FaultProxy } from '../proxy/fault-proxy.ts';
import { silentLogger } from '../silent-logger.ts';
import { type FaultCase, eventually } from './fault-case.ts';
import { FaultClient, type FaultClientOptions } from './fault-client.ts';
import { FaultHub, FaultLog, faultMethods } from './fault-hub.ts';

/**
 * Timeouts in ms that end a silent connection soon, but not because the machine is busy. Cases
 * whose connection must survive use defaults.
 */
const SOON = 2000;
const shortServerTimeouts = { clientTimeoutInterval: SOON, keepAliveInterval: SOON / 5 };
const shortClientTimeouts = { serverTimeout: SOON, pingInterval: SOON / 5, skipNegotiation: true };
const statefulClient: FaultClientOptions = { isStateful: true };

interface ClientLink {
  readonly server: TestServer;
  readonly log: FaultLog;
  /** Between the server and `client`. */
  readonly proxy: FaultProxy;
  readonly client: FaultClient;
  /** A client without a proxy. The fault must not affect it. */
  readonly other: FaultClient;
  /** Sends this number of numbered broadcasts from the other client. */
  readonly broadcast: (count: number) => Promise<void>;
}

const withLink = (
  serverOptions: typeof shortServerTimeouts | object,
  clientOptions: FaultClientOptions,
  check: (link: ClientLink) => Promise<void>,
): Promise<void> =>
  withResources((resources) => checkLink(resources, serverOptions, clientOptions, check));

async function checkLink(
  resources: OpenedResources,
  serverOptions: typeof shortServerTimeouts | object,
  clientOptions: FaultClientOptions,
  check: (link: ClientLink) => Promise<void>,
): Promise<void> {
  const log = new FaultLog();
  const hub = { hub: FaultHub, create: () => new FaultHub(log) };
  const server = await testServer(
    { '/hub': { hub, methods: faultMethods, allowStatefulReconnects: true } },
    { ...serverOptions, logger: silentLogger },
  );
  resources.add(server);
  const proxy = resources.add(await FaultProxy.start(server.port));
  const client = resources.add(await FaultClient.connect(proxy.port, clientOptions));
  const other = resources.add(await FaultClient.connect(server.port, { pingInterval: SOON / 5 }));
  let sent = 0;
  const broadcast = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await other.invoke('broadcast', sent);
      sent++;
    }
    await eventually('the other client receives', () => other.received.length === sent);
  };
  await check({ server, log, proxy, client, other, broadcast });
  assert.deepEqual(other.received, numbers(sent), 'the other client has received everything');
  assert.equal(other.reconnecting, 0);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Waits until a client has received each of the first messages once and in order. */
async function expectAll({ client }: ClientLink, count: number): Promise<void> {
  await eventually(`${count} messages arrive`, () => client.received.length >= count);
  assert.deepEqual(client.received, numbers(count));
}

/** Waits until the server has removed the connection, and the client has a new one. */
async function expectReplaced(link: ClientLink, id: string): Promise<void> {
  const { client, log } = link;
  await eventually('the server removes the connection', () => log.disconnected.includes(id));
  link.proxy.clearFaults();
  await eventually('the client reconnects', () => client.reconnected > 0);
  assert.notEqual(await client.readId(), id);
  assert.equal(await client.invoke('call', 1, ''), 1);
  assert.deepEqual(log.disconnected, [id]);
}

const DELIVERED =
  'The client receives each message once and in order, and each call runs once. Other clients are not affected.';
const REPLACED =
  'The connection closes at the documented timeout. The client gets a new connection, and other clients are not affected.';

/** Faults between one client and the server. */
export const clientLinkFaults: readonly FaultCase[] = [
  {
    name: 'delay of 200 ms in both directions',
    mustHold: DELIVERED,
    run: () =>
      withLink({}, statefulClient, async (link) => {
        link.proxy.setFaults({ toServer: { delay: 200 }, toClient: { delay: 200 } });
        const results = numbers(20).map((n) => link.client.invoke('call', n, ''));
        await link.broadcast(20);
        assert.deepEqual(await Promise.all(results), numbers(20));
        await expectAll(link, 20);
        assert.deepEqual([link.client.reconnecting, link.log.calls], [0, numbers(20)]);
      }),
  },
  {
    name: 'half-open: the server is not notified that the client is gone',
    mustHold: REPLACED,
    run: () =>
      withLink(shortServerTimeouts, shortClientTimeouts, async (link) => {
        const id = await link.client.readId();
        await link.client.ping();
        link.proxy.abandon('server');
        await link.broadcast(5);
        await expectReplaced(link, id);
      }),
  },
  {
    name: 'half-open: the client is not notified that the server is gone',
    mustHold: REPLACED,
    run: () =>
      withLink(shortServerTimeouts, shortClientTimeouts, async (link) => {
        const id = await link.client.readId();
        link.proxy.abandon('client');
        await link.broadcast(5);
        await expectReplaced(link, id);
      }),
  },
  {
    name: 'reset, with stateful reconnect',
    mustHold: DELIVERED,
    run: () =>
      withLink({}, statefulClient, async (link) => {
        for (let i = 0; i < 10; i++) {
          const sends = link.broadcast(2);
          link.proxy.reset();
          // The official client gives up if the socket breaks again before it has reconnected.
          assert.equal(await link.client.invoke('call', i, ''), i);
          await sends;
        }
        await expectAll(link, 20);
        assert.deepEqual([link.client.reconnecting, link.log.calls], [0, numbers(10)]);
      }),
  },
  {
    name: 'reset, without stateful reconnect',
    mustHold:
      'The connection closes once, messages in between are lost, and none is delivered twice. The client gets a new connection.',
    run: () =>
      withLink({}, {}, async (link) => {
        const id = await link.client.readId();
        link.proxy.reset();
        await expectReplaced(link, id);
        await link.broadcast(5);
        await eventually('the last message arrives', () => link.client.received.at(-1) === 4);
        assert.deepEqual(link.client.received, numbers(5));
      }),
  },
  {
    name: 'cut in the middle of a frame to the server',
    mustHold: DELIVERED,
    run: () =>
      withLink({}, statefulClient, async (link) => {
        link.proxy.setFaults({ toServer: { bytesUntilCut: 5000 } });
        const results = numbers(10).map((n) => link.client.invoke('call', n, 'x'.repeat(1500)));
        assert.deepEqual(await Promise.all(results), numbers(10));
        assert.equal(link.proxy.cuts, 1);
        assert.deepEqual([link.client.reconnecting, link.log.calls], [0, numbers(10)]);
      }),
  },
  {
    name: 'cut in the middle of a frame to the client',
    mustHold: DELIVERED,
    run: () =>
      withLink({}, statefulClient, async (link) => {
        link.proxy.setFaults({ toClient: { bytesUntilCut: 100 } });
        await link.broadcast(20);
        await expectAll(link, 20);
        assert.equal(link.proxy.cuts, 1);
        assert.equal(link.client.reconnecting, 0);
      }),
  },
  {
    name: 'everything to the server is lost',
    mustHold: REPLACED,
    run: () =>
      withLink(shortServerTimeouts, shortClientTimeouts, async (link) => {
        const id = await link.client.readId();
        await link.client.ping();
        link.proxy.setFaults({ toServer: { isDiscarded: true } });
        await link.broadcast(5);
        await expectReplaced(link, id);
      }),
  },
  {
    name: 'everything to the client is lost',
    mustHold: REPLACED,
    run: () =>
      withLink(shortServerTimeouts, shortClientTimeouts, async (link) => {
        const id = await link.client.readId();
        link.proxy.setFaults({ toClient: { isDiscarded: true } });
        await link.broadcast(5);
        await expectReplaced(link, id);
      }),
  },
  {
    name: 'one byte per second in both directions',
    mustHold: DELIVERED,
    run: () =>
      withLink({}, statefulClient, async (link) => {
        link.proxy.setFaults({ toServer: { bytesPerSecond: 1 }, toClient: { bytesPerSecond: 1 } });
        const results = numbers(5).map((n) => link.client.invoke('call', n, ''));
        await link.broadcast(20);
        const before = link.proxy.bytesToServer;
        // Two bytes have passed to the server, and the other client has not waited for the rest.
        await eventually('bytes pass', () => link.proxy.bytesToServer >= before + 2);
        assert.deepEqual(link.log.calls, []);
        link.proxy.clearFaults();
        assert.deepEqual(await Promise.all(results), numbers(5));
        await expectAll(link, 20);
        assert.deepEqual([link.client.reconnecting, link.log.calls], [0, numbers(5)]);
      }),
  },
];
