import { HttpTransportType } from '@microsoft/signalr';
import { afterEach, expect, test, vi } from 'vitest';
import { type ClientLimits, Hub, jwtBearer, SignalRServer, stream } from '../index.ts';
import { Gate } from '../connections/gate.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { GroupLimits } from './group-limits.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

const release = new Gate();
let isReleased = false;

class CountingHub extends Hub {
  hello(): string {
    return 'hello';
  }

  slow(): string {
    return 'slow';
  }

  async wait(_payload: string): Promise<void> {
    if (!isReleased) await release.wait();
  }

  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }

  async leave(group: string): Promise<void> {
    await this.groups.remove(this.context.connectionId, group);
  }

  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let total = 0;
    for await (const number of numbers) total += number;
    return total;
  }
}

/** A rate whose bucket does not fill again during a test. */
const rateOf = (tokenLimit: number) => ({ tokenLimit, tokensPerSecond: 1e-6 });
const methods = {
  hello: {},
  slow: { rateLimit: rateOf(1) },
  wait: {},
  join: {},
  leave: {},
  sum: { arguments: [stream] },
};
const exceeded = (target: string) =>
  `Failed to invoke '${target}' because the rate limit is exceeded. Call less often.`;

let server: TestServer;
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

const logger = new CollectingLogger();
async function start(limits: ClientLimits, hasUsers = false): Promise<void> {
  const authentication = hasUsers ? jwtBearer({ key: testKey, issuer: 'tests' }) : 'none';
  server = await testServer((signalr) => signalr.mapHub('/hub', CountingHub, { methods, limits }), {
    authentication,
    logger,
  });
}

const call = (target: string, id: string, more: object = {}): string =>
  `${JSON.stringify({ type: 1, invocationId: id, target, arguments: [], ...more })}\u001e`;
const item = (id: string, value: number): string =>
  `${JSON.stringify({ type: 2, invocationId: id, item: value })}\u001e`;
const completion = (id: string, content: object): string =>
  JSON.stringify({ type: 3, invocationId: id, ...content });
const annToken = (): Record<string, string> => bearer(testToken({ sub: 'ann' }));

test('calls over the rate of a connection fail, unknown methods included', async () => {
  await start({ callsPerConnection: rateOf(2) });
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('nothing', '1') + call('hello', '2') + call('hello', '3'));
  await client.next();
  expect(await client.next()).toBe(completion('2', { result: 'hello' }));
  expect(await client.next()).toBe(completion('3', { error: exceeded('hello') }));
  const other = await RawClient.connect(`${server.url}/hub`);
  other.send(call('hello', '1'));
  expect(await other.next()).toBe(completion('1', { result: 'hello' }));
});

test('items of unknown uploads count, and messages that run no code do not', async () => {
  await start({ callsPerConnection: rateOf(3) });
  const client = await RawClient.connect(`${server.url}/hub`);
  const others = [
    { type: 6 },
    { type: 5, invocationId: 'unknown' },
    { type: 3, invocationId: 'unknown', result: 1 },
    { type: 8, sequenceId: 1 },
    { type: 9, sequenceId: 1 },
    { type: 99 },
  ];
  for (let i = 0; i < 5; i++)
    for (const message of others) client.send(`${JSON.stringify(message)}\u001e`);
  client.send(item('unknown', 1) + item('unknown', 2) + call('hello', '1') + call('hello', '2'));
  expect(await client.next()).toBe(completion('1', { result: 'hello' }));
  expect(await client.next()).toBe(completion('2', { error: exceeded('hello') }));
});

test('the first call over a rate is logged, and no other', async () => {
  await start({ callsPerConnection: rateOf(1) });
  logger.lines.length = 0;
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('hello', '1') + call('hello', '2') + call('hello', '3'));
  for (let answers = 0; answers < 3; answers++) await client.next();
  expect(logger.linesOf('warn').filter((line) => line.includes('rate limit'))).toHaveLength(1);
});

test('a connection over the rate is closed if the option says so', async () => {
  await start({ callsPerConnection: rateOf(1), onRateExceeded: 'close' });
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('hello', '1') + call('hello', '2'));
  const { records } = await client.end();
  const close =
    '{"type":7,"error":"Connection closed with an error. HubException: The rate limit is exceeded. Call less often."}';
  expect(records.at(-1)).toBe(close);
});

test('upload items over the rate fail the upload', async () => {
  await start({ callsPerConnection: rateOf(3) });
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('sum', '1', { streamIds: ['u'] }));
  client.send(item('u', 1) + item('u', 2) + item('u', 3));
  expect(await client.next()).toContain("An unexpected error occurred invoking 'sum'");
});

test('the connections of a user share a rate, and a new connection gets no new tokens', async () => {
  await start({ callsPerUser: rateOf(1) }, true);
  const first = await RawClient.connect(`${server.url}/hub`, annToken());
  first.send(call('hello', '1'));
  expect(await first.next()).toBe(completion('1', { result: 'hello' }));
  first.close();
  const second = await RawClient.connect(`${server.url}/hub`, annToken());
  second.send(call('hello', '1'));
  expect(await second.next()).toBe(completion('1', { error: exceeded('hello') }));
  const bob = await RawClient.connect(`${server.url}/hub`, bearer(testToken({ sub: 'bob' })));
  bob.send(call('hello', '1'));
  expect(await bob.next()).toBe(completion('1', { result: 'hello' }));
});

test('a method has a rate of its own, whatever the case of its name', async () => {
  await start({});
  const client = await RawClient.connect(`${server.url}/hub`);
  client.send(call('slow', '1') + call('SLOW', '2') + call('hello', '3'));
  expect(await client.next()).toBe(completion('1', { result: 'slow' }));
  expect(await client.next()).toBe(completion('2', { error: exceeded('SLOW') }));
  expect(await client.next()).toBe(completion('3', { result: 'hello' }));
});

test('connections over the limit are refused until one ends', async () => {
  await start({ connections: 1 });
  const first = await server.connect('/hub');
  const refused = { message: expect.stringContaining("Status code '503'") as string };
  await expect(server.connect('/hub')).rejects.toMatchObject(refused);
  await expect(RawClient.open(`${server.url}/hub`)).rejects.toThrow('status 503');
  await first.stop();
  // The server may notice the end later than the client.
  await using again = await vi.waitFor(() => server.connect('/hub'), { timeout: 30_000 });
  expect(await again.invoke('hello')).toBe('hello');
});

test.each([HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling])(
  'connections over transport %i count and are refused',
  async (transport) => {
    await start({ connectionsPerAddress: 1 });
    // Both negotiate while there is room. Only one can open.
    const results = await Promise.allSettled([
      server.connect('/hub', { transport }),
      server.connect('/hub', { transport }),
    ]);
    const statuses = results.map(({ status }) => status).toSorted();
    expect(statuses).toEqual(['fulfilled', 'rejected']);
    await expect(RawClient.open(`${server.url}/hub`)).rejects.toThrow('status 429');
  },
);

test('the address of a client can come from the proxy', async () => {
  const clientAddress: ClientLimits['clientAddress'] = ({ headers }) => String(headers['x-client']);
  await start({ connectionsPerAddress: 1, clientAddress });
  await RawClient.open(`${server.url}/hub`, { 'x-client': '1.1.1.1' });
  await RawClient.open(`${server.url}/hub`, { 'x-client': '2.2.2.2' });
  const again = RawClient.open(`${server.url}/hub`, { 'x-client': '1.1.1.1' });
  await expect(again).rejects.toThrow('status 429');
});

test('connections of one user over the limit are refused', async () => {
  await start({ connectionsPerUser: 1 }, true);
  await RawClient.connect(`${server.url}/hub`, annToken());
  await expect(RawClient.open(`${server.url}/hub`, annToken())).rejects.toThrow('status 429');
  await RawClient.connect(`${server.url}/hub`, bearer(testToken({ sub: 'bob' })));
});

test('a connection is in as many groups as the limit allows', async () => {
  await start({ groupsPerConnection: 2 });
  await using client = await server.connect('/hub');
  await client.invoke('join', 'a');
  await client.invoke('join', 'b');
  await client.invoke('join', 'b');
  const refused = client.invoke('join', 'c');
  await expect(refused).rejects.toThrow('The connection is in 2 groups, which is the maximum.');
  await client.invoke('leave', 'a');
  await client.invoke('join', 'c');
  await using other = await server.connect('/hub');
  await other.invoke('join', 'd');
});

test('the name of a group is as long as the limit allows, in UTF-16 code units', async () => {
  await start({ groupNameLength: 4 });
  await using client = await server.connect('/hub');
  await client.invoke('join', 'four');
  await client.invoke('join', '😀😀');
  const refused = client.invoke('join', '😀😀x');
  await expect(refused).rejects.toThrow(
    'The name of the group has 5 characters. The maximum is 4.',
  );
});

test('a limit of groups is refused if the scale-out keeps the groups', () => {
  const limits = new GroupLimits('/hub', { groupNameLength: 1 }, {});
  expect(() => limits.check('id', 'ab')).toThrow('The maximum is 1.');
  const create = () => new GroupLimits('/hub', { groupsPerConnection: 1 }, {});
  expect(create).toThrow("'limits.groupsPerConnection' of /hub cannot be applied");
});

test('calls beyond the bytes in flight wait in the socket, and all of them run', async () => {
  await start({ bytesInFlight: 10_000 });
  const change = vi.spyOn(BytesInFlight.prototype, 'change');
  await using client = await server.connect('/hub');
  const calls = Array.from({ length: 100 }, () => client.invoke('wait', 'x'.repeat(10_000)));
  await using other = await server.connect('/hub');
  expect(await other.invoke('hello')).toBe('hello');
  isReleased = true;
  release.open();
  await Promise.all(calls);
  let total = 0;
  let largest = 0;
  for (const [bytes] of change.mock.calls) {
    total += bytes;
    largest = Math.max(largest, total);
  }
  // What exceeds the limit is one read of a socket.
  expect(largest).toBeGreaterThan(10_000);
  expect(largest).toBeLessThan(10_000 + 2 * 65_536);
});

test.each([
  [{ limits: { connection: 1 } }, "'limits.connection' is not an option"],
  [{ limits: { connections: 0 } }, "'limits.connections' must be"],
  [{ limits: { connectionsPerUser: 1.5 } }, "'limits.connectionsPerUser' must be a whole number"],
  [{ limits: { callsPerUser: { tokenLimit: 0.5, tokensPerSecond: 1 } } }, 'at least 1'],
  [{ limits: { callsPerUser: { tokenLimit: '9', tokensPerSecond: 1 } } }, 'tokenLimit'],
  [{ limits: { callsPerUser: { tokenLimit: 1, tokensPerSecond: 0 } } }, 'tokensPerSecond'],
  [{ limits: { callsPerUser: { tokenLimit: 1, tokensPerSecond: '1' } } }, 'tokensPerSecond'],
  [{ limits: { callsPerUser: { tokenLimit: Infinity, tokensPerSecond: 1 } } }, 'tokenLimit'],
  [{ limits: { callsPerUser: { tokenLimit: 1, tokensPerSecond: NaN } } }, 'tokensPerSecond'],
  [{ limits: { callsPerUser: { tokenLimit: 1, tokensPerSecond: Infinity } } }, 'tokensPerSecond'],
  [{ limits: { callsPerUser: { tokenLimit: 1, tokensPerSecond: 1, queue: 1 } } }, 'queue'],
  [{ limits: { callsPerConnection: null } }, 'callsPerConnection.tokenLimit'],
  [{ limits: { connections: Infinity } }, 'a whole number'],
  [{ limits: { bytesInFlight: '1000' } }, 'a whole number'],
  [{ limits: { groupNameLength: NaN } }, 'a whole number'],
  [{ limits: { groupsPerConnection: -1 } }, 'a whole number'],
  [{ limits: { connectionsPerAddress: 1, clientAddress: 'X-Forwarded-For' } }, 'a function'],
  [{ limits: { shareRates: true } }, "'limits.shareRates.send' must be a function"],
  [{ limits: { shareRates: { send: () => undefined } } }, 'shareRates.on'],
  [{ limits: { onRateExceeded: 'ignore' } }, "Use 'fail' or 'close'"],
])('the impossible option %j is refused', async (options, text) => {
  await start({});
  expect(() => new SignalRServer(options as never)).toThrow(text);
});

test('an undefined limit of a hub keeps the limit of the server', async () => {
  const limits = { connections: 1, connectionsPerUser: undefined };
  server = await testServer(
    (signalr) => {
      const hubLimits = { connections: undefined } as unknown as ClientLimits;
      signalr.mapHub('/hub', CountingHub, { methods, limits: hubLimits });
    },
    { limits: limits as unknown as ClientLimits },
  );
  await RawClient.connect(`${server.url}/hub`);
  await expect(RawClient.open(`${server.url}/hub`)).rejects.toThrow('status 503');
});
