import { jwtBearer } from '@practical-signalr/server';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AzureSignalROptions, EndpointOptions } from '../azure-options.ts';
import { ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, hubEvents, negotiate, startChat } from '../testing/chat-app.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';

const KEY = 'a key for tests alone, 32 bytes or more of it';
let east: FakeService;
let west: FakeService;
let app: ChatApp | undefined;
beforeEach(async () => {
  [east, west] = [await startFakeService(), await startFakeService()];
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await east.close();
  await west.close();
});

const both = (type: 'primary' | 'secondary' = 'primary'): EndpointOptions[] => [
  { connectionString: east.connectionString, name: 'east' },
  { connectionString: west.connectionString, name: 'west', type },
];

async function start(azure: AzureSignalROptions): Promise<ChatApp> {
  const authentication = jwtBearer({ key: KEY });
  app = await startChat(azure, { authentication });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  return app;
}
const bearer = (
  claims: object,
  exp = Math.floor(Date.now() / 1000) + 60,
): Record<string, string> => ({
  authorization: `Bearer ${jwt.sign({ ...claims, exp }, KEY)}`,
});
const portOf = async (): Promise<string> => (await negotiate(app as ChatApp)).url.port;

test('a secondary endpoint has weak connections and gets clients only while no primary is online', async () => {
  await start({ endpoints: both('secondary') });
  expect(west.connections[0]?.of(Type.HandshakeRequest)).toMatchObject([{ connectionType: 2 }]);
  for (let i = 0; i < 8; i++) expect(await portOf()).toBe(new URL(east.url).port);
  east.status = 503;
  east.connections[0]?.drop();
  await expect.poll(portOf).toBe(new URL(west.url).port);
  expect(app?.signalr.health().status).toBe('Degraded');
  east.status = 101;
  await expect.poll(portOf).toBe(new URL(east.url).port);
});

test('messages are sent to all endpoints, and a join succeeds if one knows the client', async () => {
  const { hubs } = await start({ endpoints: both() });
  await hubs['/chat'].clients.all.send('Said', 'x');
  await hubs['/chat'].groups.add('someone', 'room');
  for (const { connections } of [east, west]) {
    await expect.poll(() => connections[0]?.of(Type.BroadcastData).length).toBe(1);
    expect(connections[0]?.of(Type.JoinGroupWithAck)).toMatchObject([
      { connectionId: 'someone', groupName: 'room' },
    ]);
  }
});

test('a client is invoked over all endpoints, and the one that has it returns the result', async () => {
  const { hubs } = await start({ endpoints: both() });
  const services = [east, west].map(({ connections }) => connections[0]);
  let count = 0;
  const invoke = async (answers: (string | undefined)[]): Promise<unknown> => {
    const result = hubs['/chat'].clients.client('someone').invoke('Name');
    result.catch(() => undefined);
    count++;
    for (const [i, connection] of services.entries()) {
      await expect.poll(() => connection?.of(Type.ClientInvocation).length).toBe(count);
      const { invocationId } = connection?.of(Type.ClientInvocation).at(-1) ?? {};
      const ids = { invocationId: invocationId ?? '', connectionId: 'someone', callerServerId: '' };
      const answer = answers[i];
      if (answer === undefined) {
        connection?.send({ type: Type.ErrorCompletion, ...ids, error: 'no such client' });
        continue;
      }
      const payload = `{"type":3,"invocationId":"${invocationId}","result":"${answer}"}\u001e`;
      connection?.send({ type: Type.ClientCompletion, ...ids, protocol: 'json', payload });
    }
    return result;
  };
  expect(await invoke([undefined, 'Ada'])).toBe('Ada');
  await expect(invoke([undefined, undefined])).rejects.toThrow('no such client');
});

test('an invocation fails when the server connections of all endpoints are lost', async () => {
  const { hubs } = await start({ endpoints: both() });
  const result = hubs['/chat'].clients.client('someone').invoke('Name');
  result.catch(() => undefined);
  for (const { connections } of [east, west]) {
    await expect.poll(() => connections[0]?.of(Type.ClientInvocation).length).toBe(1);
    connections[0]?.drop();
  }
  await expect(result).rejects.toMatchObject({ code: 'ERR_SIGNALR_AZURE_CONNECTION_LOST' });
});

test('a join rejects if no endpoint has the client and one of them failed', async () => {
  const { hubs } = await start({ endpoints: both() });
  const services = [east, west].map(({ connections }) => connections[0]);
  for (const connection of services) if (connection !== undefined) connection.acknowledges = false;
  let ackId = 0;
  const answers = async (...statuses: number[]): Promise<void> => {
    const joined = hubs['/chat'].groups.add('someone', 'room');
    joined.catch(() => undefined);
    ackId++;
    for (const [i, connection] of services.entries()) {
      await expect
        .poll(() => connection?.of(Type.JoinGroupWithAck).at(-1))
        .toMatchObject({ ackId });
      connection?.send({ type: Type.Ack, ackId, status: statuses[i] ?? 0, message: 'it is ill' });
    }
    return joined;
  };
  await expect(answers(2, 5)).rejects.toThrow(
    'Azure SignalR Service refused the operation: it is ill',
  );
  await expect(answers(5, 5)).rejects.toThrow(
    'Azure SignalR Service refused the operation: it is ill',
  );
  await answers(2, 2);
  await answers(5, 1);
});

test('a router chooses the endpoint of clients, and those of messages', async () => {
  const { hubs } = await start({
    endpoints: both(),
    router: {
      negotiate: (request, endpoints) =>
        endpoints.find(({ name }) => name === request.query.get('at')),
      broadcast: (endpoints) => endpoints.filter(({ name }) => name === 'west'),
      group: (group, endpoints) => endpoints.filter(({ name }) => name === group),
      connection: (_id, endpoints) => endpoints.slice(0, 1),
    },
  });
  const at = async (query: string): Promise<unknown> => {
    const { status, text, url } = await negotiate(app as ChatApp, {}, query);
    return status === 200 ? url.port : [status, text];
  };
  expect(await at('&at=west')).toBe(new URL(west.url).port);
  expect(await at('&at=east')).toBe(new URL(east.url).port);
  expect(await at('')).toEqual([500, expect.stringContaining('has chosen no endpoint')]);
  await hubs['/chat'].clients.all.send('Said', 'x');
  await hubs['/chat'].clients.groups(['east', 'north']).send('Said', 'y');
  await expect.poll(() => west.connections[0]?.of(Type.BroadcastData).length).toBe(1);
  await expect.poll(() => east.connections[0]?.of(Type.MultiGroupBroadcastData).length).toBe(1);
  const answer = hubs['/chat'].clients.client('someone').invoke('Name');
  await expect.poll(() => east.connections[0]?.of(Type.ClientInvocation).length).toBe(1);
  expect(west.connections[0]?.received).toHaveLength(2); // the handshake and the broadcast
  const invocationId = east.connections[0]?.of(Type.ClientInvocation)[0]?.invocationId ?? '';
  const ids = { invocationId, connectionId: 'someone', callerServerId: '' };
  const payload = `{"type":3,"invocationId":"${invocationId}","result":"Ada"}\u001e`;
  east.connections[0]?.send({ type: Type.ClientCompletion, ...ids, protocol: 'json', payload });
  expect(await answer).toBe('Ada');
});

test('clients are distributed by the free capacity that endpoints report', async () => {
  await start({ endpoints: both() });
  const tell = (service: FakeService, clients: string): void =>
    service.connections[0]?.send({
      type: 3,
      messages: ['status', '1', 'clientcount', clients, 'capacity', '1000'],
    });
  tell(east, '1000'); // full: one in a thousand goes there
  tell(west, '0');
  await expect.poll(() => east.connections.length).toBe(1);
  await expect
    .poll(async () =>
      (await Promise.all(Array.from({ length: 20 }, portOf))).every((port) =>
        west.url.endsWith(port),
      ),
    )
    .toBe(true);
});

test.each(['Preferred', 'Required'] as const)(
  'sticky mode %s names the server in the token of clients',
  async (mode) => {
    const { connectionString } = east;
    await start({
      connectionString,
      serverStickyMode: mode,
      applicationName: 'Shop',
      accessTokenAlgorithm: 'HS512',
    });
    const { claims, accessToken, url } = await negotiate(app as ChatApp);
    const serverId = east.connections[0]?.request.headers['x-asrs-server-id'];
    expect(claims).toMatchObject({ 'asrs.s.sn': serverId, 'asrs.s.ssticky': mode });
    expect(jwt.verify(accessToken, 'a-key-for-tests', { algorithms: ['HS512'] })).toBeTruthy();
    expect([url.searchParams.get('hub'), claims['aud']]).toEqual([
      'shop_chathub',
      'http://127.0.0.1/client/?hub=shop_chathub',
    ]);
  },
);

test('a user whose token exceeds 4,096 characters is refused with 413 and the reason', async () => {
  await start({ connectionString: east.connectionString });
  const { status, text } = await negotiate(
    app as ChatApp,
    bearer({ sub: 'ada', note: 'x'.repeat(3000) }),
  );
  expect([status, text]).toEqual([
    413,
    expect.stringContaining('4096 are allowed. Pass fewer claims'),
  ]);
  expect(
    (await negotiate(app as ChatApp, bearer({ sub: 'ada', note: 'x'.repeat(1000) }))).status,
  ).toBe(200);
});

test('claimsProvider chooses the claims of the token', async () => {
  const claimsProvider = (): { sub: string } => ({ sub: 'shortened' });
  await start({ connectionString: east.connectionString, claimsProvider });
  const { claims } = await negotiate(app as ChatApp, bearer({ sub: 'a', b: 1 }));
  expect([claims['asrs.u.sub'] ?? claims['sub'], claims['asrs.s.json']]).toEqual([
    'shortened',
    undefined,
  ]);
});

test('closeOnAuthenticationExpiration closes clients whose authentication expired, with reconnect allowed', async () => {
  app = await startChat(
    { connectionString: east.connectionString },
    { authentication: jwtBearer({ key: KEY }), closeOnAuthenticationExpiration: true },
  );
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  const exp = Math.floor(Date.now() / 1000) + 60;
  const { claims } = await negotiate(app, bearer({ sub: 'ada' }, exp));
  expect(claims).toMatchObject({ 'asrs.s.coae': 'true', 'asrs.s.aeo': String(exp) });
  const service = east.connections[0];
  service?.open('a', {
    claims: [
      ['asrs.s.coae', 'true'],
      ['asrs.s.aeo', String(Math.floor(Date.now() / 1000) - 1)],
    ],
  });
  await expect.poll(() => hubEvents, { timeout: 5000 }).toEqual(['+a', '-a']);
  await expect.poll(() => service?.textFor('a')).toContain('{"type":7,"allowReconnect":true}');
});
