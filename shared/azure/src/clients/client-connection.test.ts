import { Gate, JsonHubProtocol, type TransportEvents } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { FlowControl } from '../connections/flow-control.ts';
import { type ServiceMessage, ServiceMessageType as Type } from '../service-protocol/index.ts';
import { ClientConnection } from './client-connection.ts';

const MEGABYTE = 1024 * 1024;

/** A client whose server connection and hub write to a log. */
function open({ isMigrated = false, hasProtocol = true, canMove = true } = {}) {
  const sent: ServiceMessage[] = [];
  const log: string[] = [];
  const room = new Gate();
  const connection = {
    send: (message: ServiceMessage) => sent.push(message),
    whenRoom: () => room.wait(),
    allowsStatefulReconnects: false,
  } as unknown as ServiceConnection;
  const headers = new Map(isMigrated ? [['asrs-migrate-from', ['other']]] : []);
  const message = {
    type: Type.OpenConnection,
    connectionId: 'a',
    claims: [],
    headers,
    queryString: null,
    protocol: null,
  } as never;
  const protocol = hasProtocol ? new JsonHubProtocol() : undefined;
  const warn = (text: string): void => void log.push(`warning: ${text}`);
  const client = new ClientConnection(connection, message, protocol, () => log.push('end'), warn);
  const events: TransportEvents = {
    onReceive: (chunk) => log.push(`received ${Buffer.from(chunk).toString()}`),
    onReconnected: () => log.push('new socket'),
    onClose: () => log.push('closed'),
    ...(canMove ? { onMoved: () => log.push('moved') } : {}),
  };
  client.listen(events);
  const payloads = (): unknown[] =>
    sent.map((each) => ('payload' in each ? each.payload : `type ${each.type}`));
  return { client, sent, log, payloads };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('data that arrives while reading is paused waits, in order with the new socket', () => {
  const { client, log } = open();
  client.onReconnected();
  client.pause();
  client.receive(bytes('a'));
  client.onReconnected();
  client.onReconnected();
  client.receive(bytes('b'));
  expect(log).toEqual(['new socket']);
  client.resume();
  expect(log).toEqual(['new socket', 'received a', 'new socket', 'received b']);
});

test('a client that sends 1 MB more than the hub reads is closed', () => {
  const { client, log, sent } = open();
  client.pause();
  client.receive(new Uint8Array(MEGABYTE));
  expect(log).toEqual([]);
  client.receive(bytes('x'));
  expect(log).toEqual([expect.stringContaining('Connection a '), 'end']);
  expect(sent.map(({ type }) => type)).toEqual([Type.ConnectionData, Type.CloseConnection]);
  client.receive(bytes('late'));
  client.onReconnected();
  client.onMoved();
  client.close();
  client.end();
  expect(log).toHaveLength(2);
});

test('while the service has paused the client, messages wait, and senders with them', async () => {
  const { client, sent, payloads } = open();
  client.send('handshake');
  client.pauseOutgoing();
  client.pauseOutgoing();
  client.send('x'.repeat(MEGABYTE + 1));
  client.sendUncounted('ping');
  const { PauseAck } = FlowControl;
  expect(sent).toHaveLength(2);
  expect(sent[1]).toMatchObject({ type: Type.ConnectionFlowControl, operation: PauseAck });
  let hasRoom = false;
  const waiting = client.whenRoom()?.then(() => (hasRoom = true));
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  client.resumeOutgoing();
  await waiting;
  expect(payloads().slice(2)).toEqual(['x'.repeat(MEGABYTE + 1), 'ping']);
});

test('a client that reads nothing while it is paused is closed at the limit', () => {
  const { client, log, sent } = open();
  client.send('handshake');
  client.pauseOutgoing();
  for (let i = 0; i < 16; i++) client.send('x'.repeat(MEGABYTE));
  expect(log).toEqual([]);
  client.send('x');
  expect(log).toEqual([expect.stringContaining('Connection a '), 'end']);
  expect(sent.at(-1)?.type).toBe(Type.CloseConnection);
  client.send('late');
  client.pauseOutgoing();
  expect(sent.at(-1)?.type).toBe(Type.CloseConnection);
});

test('what arrived while the service had paused the client does not count as sent too fast', () => {
  const { client, log } = open();
  client.pause();
  client.pauseOutgoing();
  client.receive(new Uint8Array(2 * MEGABYTE));
  client.resumeOutgoing();
  client.receive(bytes('x'));
  expect(log).toEqual([]);
  client.resume();
  expect(log).toHaveLength(2);
  client.pause();
  client.receive(new Uint8Array(MEGABYTE));
  client.receive(bytes('x'));
  expect(log.slice(2)).toEqual([expect.stringContaining('Connection a '), 'end']);
});

test('after a move, results go to the id of the client, and nothing else is sent', () => {
  const { client, log, sent } = open();
  client.send('handshake');
  client.onMoved();
  client.onMoved();
  expect(log).toEqual(['moved']);
  client.send('result');
  client.sendUncounted('ping');
  client.receive(bytes('late'));
  expect(sent.slice(1)).toEqual([
    {
      type: Type.MultiConnectionData,
      connectionList: ['a'],
      payloads: new Map([['json', 'result']]),
    },
  ]);
  client.abort();
  expect(log).toEqual(['moved', 'end']);
  expect(sent).toHaveLength(2);
});

test('after a move, a client whose protocol is unknown gets nothing', () => {
  const { client, sent } = open({ hasProtocol: false });
  client.send('handshake');
  client.onMoved();
  client.send('result');
  expect(sent).toHaveLength(1);
});

test('a client whose transport cannot move ends, and a migrated one gets no second handshake', async () => {
  const { client, log } = open({ canMove: false });
  client.onMoved();
  await Promise.resolve();
  expect(log).toEqual(['end', 'closed']);
  const { client: migrated, payloads } = open({ isMigrated: true });
  migrated.send('handshake');
  migrated.send('message');
  expect(payloads()).toEqual(['message']);
});

test('a client without a protocol is closed without a Close message', () => {
  const { client, sent } = open({ hasProtocol: false });
  client.closeWithReconnect();
  expect(sent.map(({ type }) => type)).toEqual([Type.CloseConnection]);
});

test('a client that sends chunks of one byte, or empty ones, is closed before they take much memory', () => {
  for (const size of [0, 1]) {
    const { client, log } = open();
    client.pause();
    for (let i = 0; i < 32_768; i++) client.receive(new Uint8Array(size));
    expect(log).toEqual([]);
    client.receive(new Uint8Array(size));
    expect(log).toEqual([expect.stringContaining('Connection a '), 'end']);
  }
});

test('while the service has paused the client, a limited number of messages waits', () => {
  const { client, log } = open();
  client.send('handshake');
  client.pauseOutgoing();
  for (let i = 0; i < 131_072; i++) client.send('x');
  expect(log).toEqual([]);
  client.send('x');
  expect(log).toEqual([expect.stringContaining('Connection a '), 'end']);
});
