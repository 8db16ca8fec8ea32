import { decode } from '@msgpack/msgpack';
import {
  type ServiceMessage,
  ServiceMessageType as Type,
} from '@practical-signalr/azure/service-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import { connectServer, type RawServer } from '../testing/raw-server.ts';
import { connectClient, type ServiceClient } from '../testing/service-client.ts';

let emulator: Emulator;
let server: RawServer;
let ada: ServiceClient;
let bob: ServiceClient;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
  server = await connectServer(emulator.url);
  ada = await connectClient(emulator.url, { 'asrs.s.uid': 'ada' });
  bob = await connectClient(emulator.url, { 'asrs.s.uid': 'bob' });
});
afterEach(() => emulator.close());

const OK = 1;
const NOT_FOUND = 2;
const payloads = new Map([['json', 'x\u001e']]);

test('names that are nil match no connection, user or group', async () => {
  const none = { connectionId: null, userId: null, groupName: null, reason: null };
  const withAck = [
    Type.JoinGroupWithAck,
    Type.LeaveGroupWithAck,
    Type.CheckUserInGroupWithAck,
    Type.CheckGroupExistenceWithAck,
    Type.CheckConnectionExistenceWithAck,
    Type.CheckUserExistenceWithAck,
    Type.CloseConnectionWithAck,
  ];
  for (const type of withAck) {
    const { status } = await server.ask((ackId) => ({ ...none, type, ackId }) as ServiceMessage);
    expect([type, status]).toEqual([type, NOT_FOUND]);
  }
  const lists = { ...none, excludedList: [], payloads, excludedUserList: [], callerUserId: null };
  const silent = [
    Type.ConnectionData,
    Type.CloseConnection,
    Type.JoinGroup,
    Type.LeaveGroup,
    Type.UserData,
    Type.GroupBroadcastData,
  ];
  for (const type of silent) {
    const message = { ...lists, type, payload: 'x', errorMessage: null, headers: new Map() };
    server.send(message as unknown as ServiceMessage);
  }
  const end = new Map([['json', 'end\u001e']]);
  server.send({ type: Type.BroadcastData, excludedList: [], payloads: end });
  for (const client of [ada, bob]) {
    const { records } = client;
    await client.waitFor(() => (records.includes('end') ? records : undefined));
    expect(records).toEqual(['end']);
  }
  for (const type of [Type.CloseUserConnectionsWithAck, Type.CloseGroupConnectionsWithAck]) {
    const { status } = await server.ask((ackId) => ({ ...lists, type, ackId }) as ServiceMessage);
    expect(status).toBe(OK);
  }
  const query = { ...none, type: Type.GroupMemberQuery, max: null, continuationToken: null };
  const { payload } = await server.ask(
    (ackId) => ({ ...query, ackId, ext: {} }) as unknown as ServiceMessage,
  );
  expect(decode(payload as Uint8Array)).toEqual([[], null]);
  server.send({
    type: Type.ClientInvocation,
    invocationId: 'i',
    connectionId: null,
    callerServerId: 'server-1',
    payloads,
  });
  const failed = await server.waitFor(() => server.of(Type.ErrorCompletion)[0]);
  expect(failed).toMatchObject({ invocationId: 'i', connectionId: null });
  expect(emulator.hubs.get('chat')?.clients.size).toBe(2);
});

test('a reason that is nil closes a client without an error', async () => {
  await server.ask((ackId) => ({
    type: Type.CloseConnectionsWithAck,
    ackId,
    reason: null,
    excludedList: [],
  }));
  await Promise.all([ada.closed, bob.closed]);
  expect([ada.records, bob.records]).toEqual([['{"type":7}'], ['{"type":7}']]);
});

test('a query for servers is answered with their ids and a time that increases', async () => {
  const other = await connectServer(emulator.url, 'chat', 'server-2');
  const query: ServiceMessage = { type: Type.Ping, messages: ['servers', ''] };
  server.send(query, query);
  const answers = await server.waitFor(() => {
    const all = server.of(Type.Ping).filter(({ messages: [key] }) => key === 'servers');
    return all.length === 2 ? all.map(({ messages: [, value = ''] }) => value) : undefined;
  });
  const [first, second] = answers.map((value) => value.split(':'));
  expect([first?.[1], second?.[1]]).toEqual(['server-1;server-2', 'server-1;server-2']);
  expect(Number(second?.[0])).toBeGreaterThan(Number(first?.[0]));
  other.webSocket.close();
});

test('the clients of a server that shuts down without migration reconnect', async () => {
  await connectServer(emulator.url, 'chat', 'server-2');
  server.send({ type: Type.Ping, messages: ['shutdown', 'fin:1'] });
  await Promise.all([ada.closed, bob.closed]);
  const reconnect = '{"type":7,"allowReconnect":true}';
  expect([ada.records, bob.records]).toEqual([[reconnect], [reconnect]]);
});
