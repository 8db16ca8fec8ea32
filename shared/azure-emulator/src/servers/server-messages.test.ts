import { decode, encode } from '@msgpack/msgpack';
import {
  type Payloads,
  type ServiceMessage,
  ServiceMessageType as Type,
} from '@practical-signalr/azure/service-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
const payloads: Payloads = new Map([['json', 'x\u001e']]);
const groupName = 'room';

/** Sends messages, and returns the receivers of each one: a, b, both or none. */
async function receivers(...messages: ServiceMessage[]): Promise<string> {
  const end = new Map([['json', 'end\u001e']]);
  for (const { records } of [ada, bob]) records.length = 0;
  server.send(...messages, { type: Type.BroadcastData, excludedList: [], payloads: end });
  for (const client of [ada, bob])
    await client.waitFor(() => client.records.find((record) => record === 'end'));
  return 'a'.repeat(ada.records.length - 1) + 'b'.repeat(bob.records.length - 1);
}
const toGroup: ServiceMessage = {
  type: Type.GroupBroadcastData,
  groupName,
  excludedList: [],
  payloads,
  excludedUserList: [],
  callerUserId: null,
};
const membersNow = (): Promise<string> => receivers(toGroup);

test('6 to 10: send to one client, several, users, and all except some', async () => {
  const { id } = ada;
  expect(await receivers({ type: Type.ConnectionData, connectionId: id, payload: 'x\u001e' })).toBe(
    'a',
  );
  expect(
    await receivers({
      type: Type.MultiConnectionData,
      connectionList: [id, id, 'nobody'],
      payloads,
    }),
  ).toBe('a');
  expect(await receivers({ type: Type.UserData, userId: 'bob', payloads })).toBe('b');
  expect(
    await receivers({ type: Type.MultiUserData, userList: ['ada', 'bob', 'bob'], payloads }),
  ).toBe('ab');
  expect(await receivers({ type: Type.BroadcastData, excludedList: [id], payloads })).toBe('b');
  const other = new Map([['messagepack', Buffer.of(1)]]);
  expect(await receivers({ type: Type.BroadcastData, excludedList: [], payloads: other })).toBe('');
});

test('11 to 14: groups without acknowledgement, excluded connections and users', async () => {
  server.send({ type: Type.JoinGroup, connectionId: ada.id, groupName });
  server.send({ type: Type.JoinGroup, connectionId: bob.id, groupName });
  expect(await membersNow()).toBe('ab');
  expect(await receivers({ ...toGroup, excludedList: [ada.id] })).toBe('b');
  expect(await receivers({ ...toGroup, excludedUserList: ['bob'] })).toBe('a');
  expect(
    await receivers({
      type: Type.MultiGroupBroadcastData,
      groupList: [groupName, 'other'],
      payloads,
    }),
  ).toBe('ab');
  server.send({ type: Type.LeaveGroup, connectionId: ada.id, groupName });
  expect(await membersNow()).toBe('b');
  expect(server.of(Type.Ack)).toEqual([]);
});

test('16, 17: users join and leave, including future connections; null means all groups', async () => {
  server.send({ type: Type.UserJoinGroup, userId: 'ada', groupName });
  server.send({ type: Type.UserJoinGroup, userId: 'eve', groupName });
  expect(await membersNow()).toBe('a');
  const eve = await connectClient(emulator.url, { 'asrs.s.uid': 'eve' });
  await membersNow();
  expect(eve.records).toEqual(['x', 'end']);
  server.send({ type: Type.UserLeaveGroup, userId: 'ada', groupName });
  expect(await membersNow()).toBe('');
  server.send({ type: Type.UserJoinGroup, userId: 'ada', groupName });
  server.send({ type: Type.UserLeaveGroup, userId: 'ada', groupName: null });
  expect(await membersNow()).toBe('');
  expect(server.of(Type.Ack)).toEqual([]);
});

test('18, 19: connections join and leave with an acknowledgement', async () => {
  const join = (connectionId: string) => (ackId: number) =>
    ({ type: Type.JoinGroupWithAck, connectionId, groupName, ackId }) as const;
  const leave = (connectionId: string, group: string | null) => (ackId: number) =>
    ({ type: Type.LeaveGroupWithAck, connectionId, groupName: group, ackId }) as const;
  expect(await server.ask(join(ada.id))).toMatchObject({ status: OK });
  expect(await server.ask(join('nobody'))).toMatchObject({ status: NOT_FOUND });
  expect(await membersNow()).toBe('a');
  expect(await server.ask(leave(ada.id, groupName))).toMatchObject({ status: OK });
  expect(await server.ask(leave('nobody', groupName))).toMatchObject({ status: NOT_FOUND });
  await server.ask(join(ada.id));
  expect(await server.ask(leave(ada.id, null))).toMatchObject({ status: OK });
  expect(await membersNow()).toBe('');
});

test('21, 23 to 27: users in groups and existence checks', async () => {
  const acknowledge = async (message: (ackId: number) => ServiceMessage): Promise<number> =>
    (await server.ask(message)).status;
  const inGroup = (): Promise<number> =>
    acknowledge((ackId) => ({
      type: Type.CheckUserInGroupWithAck,
      userId: 'ada',
      groupName,
      ackId,
    }));
  const group = (): Promise<number> =>
    acknowledge((ackId) => ({ type: Type.CheckGroupExistenceWithAck, groupName, ackId }));
  const user = (userId: string): Promise<number> =>
    acknowledge((ackId) => ({ type: Type.CheckUserExistenceWithAck, userId, ackId }));
  const connection = (connectionId: string): Promise<number> =>
    acknowledge((ackId) => ({ type: Type.CheckConnectionExistenceWithAck, connectionId, ackId }));
  const joined = (ttl?: number): Promise<number> =>
    acknowledge((ackId) => ({
      type: Type.UserJoinGroupWithAck,
      userId: 'ada',
      groupName,
      ackId,
      ext: ttl === undefined ? {} : { ttl },
    }));
  expect([await inGroup(), await group()]).toEqual([NOT_FOUND, NOT_FOUND]);
  expect(await joined()).toBe(OK);
  expect([await inGroup(), await group(), await membersNow()]).toEqual([OK, OK, 'a']);
  expect(
    await acknowledge((ackId) => ({
      type: Type.UserLeaveGroupWithAck,
      userId: 'ada',
      groupName,
      ackId,
    })),
  ).toBe(OK);
  expect([await inGroup(), await group(), await membersNow()]).toEqual([NOT_FOUND, NOT_FOUND, '']);
  expect(await joined(1)).toBe(OK); // for a second
  expect(await membersNow()).toBe('a');
  await expect.poll(inGroup).toBe(NOT_FOUND);
  expect(await membersNow()).toBe('');
  expect([await user('ada'), await user('nobody')]).toEqual([OK, NOT_FOUND]);
  expect([await connection(ada.id), await connection('nobody')]).toEqual([OK, NOT_FOUND]);
});

test('28: an access key needs an Entra ID token', async () => {
  server.send({ type: Type.AccessKeyRequest, token: 'x', kid: null });
  await expect
    .poll(() => server.of(Type.AccessKeyResponse))
    .toMatchObject([{ accessKey: null, errorType: 'Unauthorized' }]);
});

describe('closing', () => {
  const ended = '{"type":7,"error":"so long"}';
  const reason = 'so long';
  const list = { reason, excludedList: [] };

  test('5: a server closes its client after buffered messages', async () => {
    server.send(
      { type: Type.ConnectionData, connectionId: ada.id, payload: '{"type":7}\u001e' },
      { type: Type.CloseConnection, connectionId: ada.id, errorMessage: '', headers: new Map() },
    );
    await ada.closed;
    expect(ada.records).toEqual(['{"type":7}']);
    expect(server.of(Type.CloseConnection)).toEqual([]);
    expect([...(emulator.hubs.get('chat')?.clients.keys() ?? [])]).toEqual([bob.id]);
  });

  test.each<[string, (ackId: number) => ServiceMessage]>([
    ['30', (ackId) => ({ type: Type.CloseConnectionWithAck, connectionId: ada.id, reason, ackId })],
    [
      '31',
      (ackId) => ({ type: Type.CloseConnectionsWithAck, ackId, reason, excludedList: [bob.id] }),
    ],
    ['32', (ackId) => ({ type: Type.CloseUserConnectionsWithAck, userId: 'ada', ackId, ...list })],
    ['33', (ackId) => ({ type: Type.CloseGroupConnectionsWithAck, groupName, ackId, ...list })],
  ])(
    '%s: the service closes the selected clients, and sends the reason to them and to their server',
    async (_id, message) => {
      server.send({ type: Type.JoinGroup, connectionId: ada.id, groupName });
      expect(await server.ask(message)).toMatchObject({ status: OK });
      await ada.closed;
      expect(ada.records).toEqual([ended]);
      expect(server.of(Type.CloseConnection)).toMatchObject([
        { connectionId: ada.id, errorMessage: reason },
      ]);
      expect([...(emulator.hubs.get('chat')?.clients.keys() ?? [])]).toEqual([bob.id]);
    },
  );

  test('closing an unknown client is not found, closing users and groups without clients succeeds', async () => {
    const statuses = [
      await server.ask((ackId) => ({
        type: Type.CloseConnectionWithAck,
        connectionId: 'x',
        reason,
        ackId,
      })),
      await server.ask((ackId) => ({
        type: Type.CloseUserConnectionsWithAck,
        userId: 'x',
        ackId,
        ...list,
      })),
      await server.ask((ackId) => ({
        type: Type.CloseGroupConnectionsWithAck,
        groupName: 'x',
        ackId,
        ...list,
      })),
    ].map(({ status }) => status);
    expect(statuses).toEqual([NOT_FOUND, OK, OK]);
  });
});

test('40: the members of a group are returned in pages, each once', async () => {
  for (const { id } of [ada, bob, await connectClient(emulator.url)]) {
    server.send({ type: Type.JoinGroup, connectionId: id, groupName });
  }
  const found: unknown[] = [];
  let continuationToken: string | null = null;
  let pages = 0;
  do {
    const token: string | null = continuationToken;
    const ack = await server.ask((ackId) => ({
      type: Type.GroupMemberQuery,
      ext: {},
      groupName,
      ackId,
      max: 2,
      continuationToken: token,
    }));
    expect(ack.status).toBe(OK);
    const [page, next] = decode(ack.payload as Uint8Array) as [unknown[], string | null];
    found.push(...page);
    continuationToken = next;
    pages++;
  } while (continuationToken !== null);
  expect(pages).toBe(2);
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      [ada.id, 'ada'],
      [bob.id, 'bob'],
      [expect.any(String), null],
    ]),
  );
});

/** Returns a frame of these items. Bytes are written unchanged. */
function frame(...items: readonly unknown[]): Buffer {
  const parts = items.map((item) => (Buffer.isBuffer(item) ? item : Buffer.from(encode(item))));
  const body = Buffer.concat([Buffer.of(0x90 + items.length), ...parts]);
  return Buffer.concat([Buffer.of(body.length), body]);
}

test('unknown messages, keys and items are ignored', async () => {
  const unknownKeys = Buffer.from('820981a16b93010203' + '6300', 'hex'); // {9: {k: [1, 2, 3]}, 99: 0}
  server.webSocket.send(
    Buffer.concat([
      frame(41, 'RefreshAuth?', 7, {}),
      frame(200, [['deep']], null),
      frame(Type.HandshakeResponse, 'an error', {}, 'id'),
      frame(Type.ServiceError, 'an error'),
      frame(Type.Ack, 1, 1, '', {}),
      frame(Type.ServiceEvent, 1, ada.id, 2, '', {}),
      frame(Type.ServiceMapping, 'i', ada.id, 'instance', {}),
      frame(Type.ConnectionReconnect, ada.id, {}),
      frame(Type.ConnectionFlowControl, ada.id, 1, 2, {}), // a pause without a request is acknowledged
      frame(Type.Ping, 'future', 'value', 'odd'),
      frame(Type.JoinGroup, ada.id, groupName, unknownKeys, 'more', ['items'], null),
      frame(Type.JoinGroup, bob.id, groupName), // without ext, as the first versions wrote it
    ]),
  );
  expect(await membersNow()).toBe('ab');
});

test('the status lists twenty groups of a client and counts all of them', async () => {
  for (let i = 0; i < 3000; i++)
    server.send({ type: Type.JoinGroup, connectionId: ada.id, groupName: `g${i}` });
  expect(await receivers()).toBe('');
  const [client] =
    emulator.status().hubs[0]?.clients.filter(({ userId }) => userId === 'ada') ?? [];
  expect([client?.groups.length, client?.groups.at(-1), client?.groupCount]).toEqual([
    20,
    'g19',
    3000,
  ]);
});

test('the invocation of a client takes 50 ms, and messages after it keep their order', async () => {
  const startedAt = performance.now();
  server.send(
    {
      type: Type.ClientInvocation,
      invocationId: 'i-1',
      connectionId: 'nobody',
      callerServerId: 'raw',
      payloads,
    },
    { type: Type.CheckUserExistenceWithAck, userId: 'ada', ackId: 1 },
  );
  await server.waitFor(() => server.of(Type.Ack)[0]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50);
  const [invocationAnswer, ack] = server.received.slice(-2);
  expect(invocationAnswer).toMatchObject({ type: Type.ErrorCompletion, invocationId: 'i-1' });
  expect(ack).toMatchObject({ type: Type.Ack, status: OK });
});
