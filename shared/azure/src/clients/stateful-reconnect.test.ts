import { afterEach, beforeEach, expect, test } from 'vitest';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, hubEvents, startChat } from '../testing/chat-app.ts';
import {
  type FakeServerConnection,
  type FakeService,
  startFakeService,
} from '../testing/fake-service.ts';

let service: FakeService;
let app: ChatApp | undefined;
beforeEach(async () => {
  service = await startFakeService();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await service.close();
});

async function start(
  ...options: [] | [azure: object, server: object]
): Promise<FakeServerConnection> {
  const [azure = {}, server = { allowStatefulReconnects: true }] = options;
  app = await startChat({ connectionString: service.connectionString, ...azure }, server);
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  const connection = service.connections[0] as FakeServerConnection;
  connection.open('a');
  await expect.poll(() => connection.textFor('a')).toBe('{}\u001e');
  return connection;
}
const say = (connection: FakeServerConnection, payload: string, ext = {}): void =>
  connection.send({ type: Type.ConnectionData, connectionId: 'a', payload, ext });
const echo = (id: number, text: string): string =>
  `{"type":1,"invocationId":"${id}","target":"Echo","arguments":["${text}"]}\u001e`;
const allowed = (connection: FakeServerConnection): unknown =>
  connection.of(Type.HandshakeRequest)[0]?.allowStatefulReconnects;

test('the handshake allows stateful reconnect if the hub or the option does', async () => {
  expect(allowed(await start())).toBe(true);
});

test.each([
  [true, { allowStatefulReconnects: true }, {}],
  [undefined, { allowStatefulReconnects: false }, { allowStatefulReconnects: true }],
])(
  '%s: the option %j takes precedence over the option of the hub',
  async (expected, azure, server) => {
    expect(allowed(await start(azure, server))).toBe(expected);
  },
);

test('messages carry their kind: handshake, invocation or other', async () => {
  const connection = await start({}, { allowStatefulReconnects: true, keepAliveInterval: 100 });
  say(connection, echo(1, 'x'));
  const types = (): unknown[] =>
    connection
      .of(Type.ConnectionData)
      .map(({ payload, ext }) => [/"type":(\d)/.exec(String(payload))?.[1], ext?.dataType]);
  await expect.poll(types).toContainEqual(['6', 3]);
  await expect.poll(types).toContainEqual(['3', 2]);
  expect(types()[0]).toEqual([undefined, 1]);
  say(connection, '{"type":7}\u001e');
  await expect.poll(types).toContainEqual(['7', 3]);
});

test('a partial message is completed, or discarded if the client reconnects with a new socket', async () => {
  const connection = await start();
  const call = echo(1, 'whole');
  say(connection, call.slice(0, 20), { partial: true });
  say(connection, call.slice(20));
  await expect.poll(() => connection.textFor('a')).toContain('"result":"whole"');
  say(connection, echo(2, 'lost').slice(0, 30), { partial: true });
  connection.send({ type: Type.ConnectionReconnect, connectionId: 'a' });
  connection.send({ type: Type.ConnectionReconnect, connectionId: 'nobody' });
  say(connection, echo(3, 'again'));
  await expect.poll(() => connection.textFor('a')).toContain('"result":"again"');
  expect(connection.textFor('a')).not.toContain('"invocationId":"2"');
  expect(hubEvents).toEqual(['+a']);
});

test('a client with version 2 completes the handshake, and the service handles its acknowledgements', async () => {
  const connection = await start();
  connection.send(
    {
      type: Type.OpenConnection,
      connectionId: 'b',
      claims: [],
      headers: new Map(),
      queryString: '?asrs.op=%2Fchat',
      ext: { protocol: 'json' },
    },
    {
      type: Type.ConnectionData,
      connectionId: 'b',
      payload: '{"protocol":"json","version":2}\u001e',
    },
    { type: Type.ConnectionData, connectionId: 'b', payload: '{"type":8,"sequenceId":1}\u001e' },
    { type: Type.ConnectionData, connectionId: 'b', payload: '{"type":9,"sequenceId":1}\u001e' },
    { type: Type.ConnectionData, connectionId: 'b', payload: echo(1, 'served') },
  );
  await expect.poll(() => connection.textFor('b')).toContain('"result":"served"');
  expect(connection.textFor('b')).toMatch(/^\{\}\u001e\{"type":3/);
});
