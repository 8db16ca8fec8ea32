import { afterEach, beforeEach, expect, test } from 'vitest';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, hubEvents, negotiate, release, startChat } from '../testing/chat-app.ts';
import {
  type FakeServerConnection,
  type FakeService,
  startFakeService,
} from '../testing/fake-service.ts';

let service: FakeService;
let app: ChatApp;
let connection: FakeServerConnection;
beforeEach(async () => {
  service = await startFakeService();
  const userIdProvider = {
    getUserId: ({ request }: { request: { headers: Record<string, unknown> } }) =>
      request.headers['x-user'] as string | undefined,
  };
  app = await startChat({ connectionString: service.connectionString }, { userIdProvider });
  await expect.poll(() => app.signalr.health().status).toBe('Healthy');
  connection = service.connections[0] as FakeServerConnection;
});
afterEach(async () => {
  await app.close();
  await service.close();
});

/** What the hub's method answers to a client. */
async function call(connectionId: string, target: string): Promise<unknown> {
  const payload = `{"type":1,"invocationId":"1","target":"${target}","arguments":[]}\u001e`;
  connection.send({ type: Type.ConnectionData, connectionId, payload });
  const answer = /"result":(.*?)\}\u001e/;
  await expect.poll(() => connection.textFor(connectionId)).toMatch(answer);
  return JSON.parse(answer.exec(connection.textFor(connectionId))?.[1] ?? '');
}

test('a hub sees the user of the negotiation and the request of the client', async () => {
  expect((await negotiate(app, { 'x-user': 'ada' })).claims['asrs.s.uid']).toBe('ada');
  connection.open('a', {
    claims: [
      ['asrs.s.uid', 'ada'],
      ['http://schemas.microsoft.com/ws/2008/06/identity/claims/role', 'admin'],
    ],
    headers: new Map([['X-Forwarded-For', ['10.0.0.7, 10.0.0.1']]]),
    queryString: '?asrs.op=%2Fchat&room=blue&asrs_request_id=x',
  });
  expect(await call('a', 'Who')).toEqual(['ada', { role: 'admin' }, '/chat', '10.0.0.7', 'blue']);
});

test('a client cannot open another path than the one at which it negotiated', async () => {
  const { claims } = await negotiate(app);
  expect(claims).toMatchObject({ 'asrs.s.path': '/chat' });
  connection.open('a', {
    claims: [['asrs.s.path', '/chat']],
    queryString: '?asrs.op=%2Fadmin',
  });
  expect(await call('a', 'Who')).toEqual([null, null, '/chat', null, null]);
  connection.open('b', {
    claims: [['asrs.s.path', '/admin']],
    queryString: '?asrs.op=%2Fchat',
  });
  await expect
    .poll(() => connection.of(Type.CloseConnection))
    .toMatchObject([{ connectionId: 'b' }]);
});

test('a client cannot choose its user in the request to the service', async () => {
  connection.open('a', { headers: new Map([['x-user', ['admin']]]) });
  expect(await call('a', 'Who')).toEqual([null, null, '/chat', null, null]);
});

test('a MessagePack client gets MessagePack, and a broadcast is sent in both encodings', async () => {
  connection.open('m', { ext: { protocol: 'messagepack' } });
  await expect.poll(() => connection.textFor('m')).toBe('{}\u001e');
  const payload = Buffer.from('0c960180c0a353617991a17890', 'hex'); // Say('x')
  connection.send({ type: Type.ConnectionData, connectionId: 'm', payload });
  await expect.poll(() => connection.of(Type.BroadcastData).length).toBe(1);
  const payloads = connection.of(Type.BroadcastData)[0]?.payloads;
  expect([...(payloads?.keys() ?? [])]).toEqual(['json', 'messagepack']);
  expect(Buffer.from(payloads?.get('json') as Uint8Array).toString()).toBe(
    '{"type":1,"target":"Said","arguments":["x"]}\u001e',
  );
  expect(Buffer.from(payloads?.get('messagepack') as Uint8Array).toString('hex')).toBe(
    '0d960180c0a45361696491a17890',
  );
});

test('without stateful reconnect, the handshake and the messages do not mention it', async () => {
  connection.open('a');
  await call('a', 'Who');
  expect(
    connection
      .of(Type.HandshakeRequest)
      .map(({ allowStatefulReconnects }) => allowStatefulReconnects),
  ).toEqual([undefined]);
  expect(connection.of(Type.ConnectionData).map(({ ext }) => ext)).toEqual([{}, {}]);
});

test('a client that moves gets no second handshake response, and no Close message from its old server', async () => {
  connection.open('a', { headers: new Map([['Asrs-Migrate-From', ['other']]]) });
  await expect.poll(() => hubEvents).toEqual(['+a']);
  expect(await call('a', 'Who')).toHaveLength(5);
  expect(connection.textFor('a')).not.toContain('{}');
  const headers = new Map([['Asrs-Migrate-To', ['other']]]);
  connection.send({ type: Type.CloseConnection, connectionId: 'a', errorMessage: '', headers });
  await expect.poll(() => hubEvents).toEqual(['+a', '-a']);
  expect(connection.of(Type.CloseConnection)).toEqual([]);
});

test('calls of a client that moved away are completed by its id, streams and uploads fail', async () => {
  connection.open('a');
  const payload = [
    '{"type":1,"invocationId":"1","target":"Wait","arguments":["late"]}',
    '{"type":4,"invocationId":"2","target":"Tick","arguments":[]}',
    '{"type":1,"invocationId":"3","target":"Sum","arguments":[],"streamIds":["u"]}',
  ].join('\u001e');
  connection.send({ type: Type.ConnectionData, connectionId: 'a', payload: `${payload}\u001e` });
  await expect.poll(() => hubEvents).toEqual(['+a', 'waits late']);
  const headers = new Map([['Asrs-Migrate-To', ['other']]]);
  connection.send({ type: Type.CloseConnection, connectionId: 'a', errorMessage: '', headers });
  connection.send({ type: Type.ConnectionData, connectionId: 'a', payload: 'not for us any more' });
  connection.send({ type: Type.Ping, messages: ['echo', 'moved'] });
  await expect.poll(() => connection.of(Type.Ping).length).toBe(1);
  const before = connection.textFor('a');
  release();
  await expect.poll(() => hubEvents.at(-1)).toBe('-a');
  const sent = connection
    .of(Type.MultiConnectionData)
    .map(({ connectionList, payloads }) => [connectionList, String(payloads.get('json'))]);
  expect(sent).toContainEqual([['a'], '{"type":3,"invocationId":"1","result":"late"}\u001e']);
  expect(JSON.stringify(sent)).toMatch(
    /\\"invocationId\\":\\"2\\",\\"error\\":\\"[^"]*another server has taken over this client/,
  );
  expect(JSON.stringify(sent)).toMatch(/\\"invocationId\\":\\"3\\",\\"error\\"/);
  expect(connection.textFor('a')).toBe(before);
  expect(connection.of(Type.CloseConnection)).toEqual([]);
  expect(app.signalr.health().entries['ChatHub']?.data).toMatchObject({ clients: 0 });
});
