import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { readSnapshot } from '../../hubs/hand-over/connection-snapshot.ts';
import { type AuthenticationHandler, JsonHubProtocol } from '../../index.ts';
import type { SignalRServerOptions } from '../../server-options.ts';
import type { TestServer } from '../../testing/index.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { KEY, MovingServers } from '../../testing/several-servers/moving-servers.ts';

let moving: MovingServers;
beforeEach(async () => {
  moving = await MovingServers.start();
});
afterEach(() => moving.close());

test('a client without stateful reconnect is told to reconnect', async () => {
  const connection = new HubConnectionBuilder()
    .withUrl(`${moving.balancer.url}/hub`)
    .withAutomaticReconnect([0])
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  const reconnected = new Promise<void>((resolve) => connection.onreconnected(() => resolve()));
  await moving.moveAll();
  await reconnected;
  expect(moving.hub.events).toEqual(['connected', 'disconnected', 'connected']);
});

test('a connection that the store does not accept closes, and its client reconnects', async () => {
  const { until } = await moving.connect();
  moving.backplane.onRecord = () => {
    throw new Error('full');
  };
  await moving.moveAll();
  expect(await until(1)).toEqual(['reconnecting']);
  expect(moving.logger.linesOf('warn')).toEqual([
    expect.stringMatching(/could not be handed over/),
  ]);
});

test('a connection with too many unacknowledged messages closes, and its client reconnects', async () => {
  const { until } = await moving.connect();
  const large = 'x'.repeat(1100 * 1024);
  void moving.clientsOf(moving.servers[0] as TestServer).all.send('m', large);
  await moving.moveAll();
  expect(await until(2)).toEqual([large, 'reconnecting']);
  expect(moving.logger.linesOf('warn')[0]).toMatch(/ERR_SIGNALR_RECORD_TOO_LARGE/);
});

test('without a scale-out that hands over, connections close as usual', async () => {
  const server = await moving.startServer({ scaleOut: undefined });
  moving.route(server);
  const { until } = await moving.connect();
  moving.balancer.ports.add((moving.servers[0] as TestServer).port);
  await server.signalr.close({ handOver: true });
  expect(await until(1)).toEqual(['reconnecting']);
});

test.for<[string, (record: string) => string, SignalRServerOptions & { name?: string }]>([
  ['was changed', (record: string) => `${record.slice(0, 60)}AAAA${record.slice(64)}`, {}],
  ['is truncated', (record: string) => record.slice(0, 20), {}],
  ['has another key', (record: string) => record, { connectionTokens: { keys: [`other ${KEY}`] } }],
  ['belongs to another hub', (record: string) => record, { name: 'OtherHub' }],
])('a record that %s is refused', async ([, change, { name, ...options }]) => {
  const { until } = await moving.connect();
  moving.backplane.onRecord = (connectionId) =>
    queueMicrotask(() => {
      const stored = moving.backplane.records.get(connectionId);
      if (stored !== undefined) stored.record = change(stored.record);
    });
  const [from] = moving.servers as [TestServer];
  const to = await moving.startServer(options, name);
  moving.route(to);
  const closed = from.signalr.close({ handOver: true });
  expect(await until(1)).toEqual(['reconnecting']);
  await moving.claimTimeout.elapseUntil(closed);
  expect(moving.hub.events.filter((event) => event !== 'connected')).toEqual(['disconnected']);
});

test.each<[string, (tail: string) => string]>([
  ['was changed', (tail) => `${tail.slice(0, 30)}AAAA${tail.slice(34)}`],
  ['is truncated', (tail) => tail.slice(0, 20)],
  ['is empty', () => ''],
])('a tail that %s is refused', async (_, change) => {
  const { connection, until } = await moving.connect();
  const id = connection.connectionId as string;
  moving.backplane.changeTail = (tail) => tail && change(tail);
  await moving.moveAll();
  expect(await until(1)).toEqual(['reconnecting']);
  expect(moving.logger.linesOf('warn')).toEqual([expect.stringMatching(/was refused/)]);
  await expect.poll(() => moving.hub.events).toContain('disconnected');
  await expect.poll(() => moving.backplane.managerOf(id)).toBeUndefined();
});

test('a client whose messages the next server does not get connects again', async () => {
  const { until } = await moving.connect();
  moving.backplane.changeTail = () => undefined;
  await moving.moveAll();
  expect(await until(1)).toEqual(['reconnecting']);
  expect(moving.hub.events.filter((event) => event.startsWith('moved'))).toEqual([]);
});

// A token expires after a minute. Then only the record of the connection says whose it is.
test.each([0, 61_000])(
  'another user cannot claim a connection, and does not disturb its user',
  async (age) => {
    const authentication: AuthenticationHandler = {
      authenticate: ({ request }) => {
        const id = request.query.get('access_token') ?? request.headers.authorization?.slice(7);
        return id === undefined ? {} : { ticket: { user: { sub: id }, expiresAt: undefined } };
      },
    };
    const from = await moving.startServer({ authentication });
    const to = await moving.startServer({ authentication });
    moving.route(from);
    const { connection, until } = await moving.connect(undefined, 'ann');
    // Only the client knows the token of its connection.
    const { url } = (
      connection as unknown as { connection: { transport: { _webSocket: WebSocket } } }
    ).connection.transport._webSocket;
    const stolen = `${to.url}/hub${new URL(url).search}`;
    moving.route();
    const recorded = new Gate();
    moving.backplane.onRecord = () => recorded.open();
    const isRecorded = recorded.wait();
    const closed = from.signalr.close({ handOver: true });
    await isRecorded;
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + age);
    const bob = { authorization: 'Bearer bob' };
    await expect(RawClient.open(stolen, bob)).rejects.toThrow('status 403');
    await expect(RawClient.open(stolen)).rejects.toThrow('status 403');
    const ann = await RawClient.open(stolen, { authorization: 'Bearer ann' });
    ann.send(
      '{"type":9,"sequenceId":1}\u001e{"type":1,"invocationId":"7","target":"echo","arguments":["x"]}\u001e',
    );
    expect(await ann.next()).toBe('{"type":9,"sequenceId":1}');
    expect(await ann.next()).toBe('{"type":3,"invocationId":"7","result":"x"}');
    await closed;
    expect(moving.hub.events).toEqual(['connected', 'moved ann']);
    expect(await until(1)).toEqual(['reconnecting']); // its own attempt reached no server
    ann.close();
  },
);

test('a client cannot continue its connection at the path of another tenant', async () => {
  const start = () => moving.startServer({}, undefined, '/:tenant/hub');
  const [from, to] = [await start(), await start()];
  const query = 'negotiateVersion=1&useStatefulReconnect=true';
  const negotiated = await fetch(`${from.url}/a/hub/negotiate?${query}`, { method: 'POST' });
  const { connectionToken } = (await negotiated.json()) as { readonly connectionToken: string };
  const client = await RawClient.open(`${from.url}/a/hub?id=${connectionToken}`);
  client.send('{"protocol":"json","version":2}\u001e');
  expect(await client.next()).toBe('{}');
  const closed = from.signalr.close({ handOver: true });
  await client.end();
  const continueAt = (tenant: string): Promise<RawClient> =>
    RawClient.open(`${to.url}/${tenant}/hub?id=${connectionToken}`);
  await expect(continueAt('b')).rejects.toThrow('status 404');
  const continued = await continueAt('a');
  await closed;
  expect(moving.hub.events).toEqual(['connected', 'moved nobody']);
  continued.close();
});

test('while the other servers cannot be reached, new clients can connect', async () => {
  moving.backplane.onFind = () => {
    throw new Error('unreachable');
  };
  const { connection } = await moving.connect();
  expect(await connection.invoke('Echo', 'hi')).toBe('hi');
  expect(moving.logger.linesOf('error')).toEqual([expect.stringMatching(/could not be looked up/)]);
});

test('if onConnectionMoved throws, the connection closes and the client reconnects', async () => {
  const { until } = await moving.connect();
  moving.hub.onMoved = () => {
    throw new Error('no items');
  };
  await moving.moveAll();
  expect(await until(1)).toEqual(['reconnecting']);
  expect(moving.logger.linesOf('error')).toEqual([
    expect.stringMatching(/^onConnectionMoved of .* failed/),
  ]);
});

test('a record of another version is refused', () => {
  const protocols = [new JsonHubProtocol()];
  const read = (version: number) =>
    readSnapshot(
      JSON.stringify({ version, protocol: 'json', messages: { messages: [] } }),
      protocols,
    );
  expect(read(1)).toBeDefined();
  expect(read(2)).toBeUndefined();
});

test('a record with a protocol that the server lacks is refused', () => {
  const record = { version: 1, protocol: 'messagepack', messages: { messages: [] } };
  expect(readSnapshot(JSON.stringify(record), [new JsonHubProtocol()])).toBeUndefined();
});
