import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  HttpTransportType,
  HubConnectionBuilder,
  HubConnectionState,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { createProxyServer } from 'http-proxy-3';
import { afterEach, expect, test } from 'vitest';
import { Hub, jwtBearer, type SignalRServerOptions } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class ChatHub extends Hub {
  who(): unknown {
    return this.context.userIdentifier ?? 'nobody';
  }
  id(): string {
    return this.context.connectionId;
  }
}

const keys = ['a key of connection tokens for tests alone, 32 bytes or more'];
const connectionTokens = { keys };
const logger = new CollectingLogger();
const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

async function start(options: SignalRServerOptions = { connectionTokens }): Promise<TestServer> {
  class OtherHub extends Hub {}
  const server = await testServer(
    {
      '/chat': { hub: ChatHub, methods: ['who', 'id'] },
      '/other': { hub: OtherHub, methods: [] },
    },
    { logger, ...options },
  );
  closings.push(() => server.close());
  return server;
}

/** Sends each request to the next server. `paths` tells what went where. */
async function roundRobin(
  servers: readonly TestServer[],
): Promise<{ url: string; paths: string[]; readonly cut: () => void }> {
  const proxy = createProxyServer({ ws: true });
  const paths: string[] = [];
  const next = (url: string | undefined): { target: string } => {
    const at = paths.length % servers.length;
    paths.push(`${at} ${url?.split('?')[0]}`);
    return { target: (servers[at] as TestServer).url };
  };
  proxy.on('error', () => undefined);
  const server = createServer((request, response) =>
    proxy.web(request, response, next(request.url)),
  );
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (_request, socket) => upgraded.add(socket));
  server.on('upgrade', (request, socket, head) =>
    proxy.ws(request, socket, head, next(request.url)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const cut = (): void => {
    for (const socket of upgraded) socket.destroy();
  };
  return { cut, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

const client = (url: string, transport: HttpTransportType, token?: string) =>
  new HubConnectionBuilder()
    .withUrl(url, {
      transport,
      ...(token === undefined ? {} : { accessTokenFactory: () => token }),
    })
    .configureLogging(LogLevel.None)
    .build();

async function negotiate(
  url: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<Negotiated> {
  const target = `${url}/negotiate?negotiateVersion=1${query}`;
  return (await (await fetch(target, { method: 'POST', headers })).json()) as Negotiated;
}
interface Negotiated {
  readonly connectionId: string;
  readonly connectionToken: string;
  readonly useStatefulReconnect?: boolean;
}

/** How the server answers who opens a WebSocket: `open`, or status and text. */
async function answerOf(
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const own = { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}?id=${encodeURIComponent(token)}`, { headers: own });
    request.on('error', reject);
    request.on('upgrade', (_response, socket) => {
      socket.on('close', () => resolve('open')); // all is as before the connection
      socket.destroy();
    });
    request.on('response', (response) => {
      let text = `${response.statusCode}`;
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += ` ${part}`));
      response.on('end', () => resolve(text));
    });
    request.end();
  });
}

test('official clients connect over WebSockets through a round-robin proxy and keep the negotiated connection id', async () => {
  const servers = [await start(), await start()];
  const { url, paths } = await roundRobin(servers);
  for (let i = 0; i < 4; i++) {
    const connection = client(`${url}/chat`, HttpTransportType.WebSockets);
    await connection.start();
    expect(await connection.invoke('Id')).toBe(connection.connectionId);
    await connection.stop();
  }
  const times = <T>(of: T[]): T[] => [...of, ...of, ...of, ...of];
  expect(paths).toEqual(times(['0 /chat/negotiate', '1 /chat']));
});

test('without the option, the other server answers 404', async () => {
  const { url } = await roundRobin([await start({}), await start({})]);
  await expect(client(`${url}/chat`, HttpTransportType.WebSockets).start()).rejects.toThrow(
    'could not be found',
  );
});

test.each([HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling])(
  'transport %d works only on the server that negotiated',
  async (transport) => {
    const servers = [await start(), await start()];
    const { url } = await roundRobin(servers);
    await expect(client(`${url}/chat`, transport).start()).rejects.toThrow();
    const { connectionToken } = await negotiate(`${servers[0]?.url}/chat`);
    const elsewhere = await fetch(`${servers[1]?.url}/chat?id=${connectionToken}`);
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, 'No Connection with that ID']);
    const connection = client(`${servers[0]?.url}/chat`, transport);
    await connection.start();
    expect(await connection.invoke('Who')).toBe('nobody');
    await connection.stop();
  },
);

test('a token is valid only with its key, at its path, and before it expires', async () => {
  const [a, b] = [await start(), await start()];
  const noKey = await start({
    connectionTokens: { keys: ['another key of connection tokens, for tests alone'] },
  });
  const { connectionToken: token } = await negotiate(`${a.url}/chat`);
  const gone = '404 No Connection with that ID';
  expect(await answerOf(`${noKey.url}/chat`, token)).toBe(gone);
  expect(await answerOf(`${b.url}/other`, token)).toBe(gone);
  expect(await answerOf(`${b.url}/chat`, `${token.slice(0, -4)}AAAA`)).toBe(gone);
  for (const text of ['garbage', '..', 'ä'.repeat(100), 'A'.repeat(8000)]) {
    expect(await answerOf(`${b.url}/chat`, text)).toBe(gone);
  }
  expect(await answerOf(`${b.url}/chat`, token)).toBe('open');

  const brief = await start({ connectionTokens: { keys, lifetime: 1 } });
  const { connectionToken: over } = await negotiate(`${brief.url}/chat`);
  await expect.poll(() => answerOf(`${brief.url}/chat`, over)).toBe(gone);
  await expect.poll(() => answerOf(`${b.url}/chat`, over)).toBe(gone);
});

test('a server accepts a token once, then answers 409 while its connection is open and 404 later', async () => {
  const [a, b] = [await start(), await start()];
  const { connectionToken: token, connectionId } = await negotiate(`${a.url}/chat`);
  for (const { url } of [b, a]) {
    const first = await RawClient.connect(`${url}/chat?id=${token}`);
    first.send('{"type":1,"invocationId":"1","target":"Id","arguments":[]}\u001e');
    expect(await first.next()).toContain(connectionId);
    expect(await answerOf(`${url}/chat`, token)).toBe('409');
    first.close();
    await expect.poll(() => answerOf(`${url}/chat`, token)).toBe('404 No Connection with that ID');
  }
});

test('of two simultaneous requests with one token, one is accepted', async () => {
  const [a, b] = [await start(), await start()];
  const { connectionToken: token } = await negotiate(`${a.url}/chat`);
  const opened = await Promise.allSettled(
    [1, 2, 3].map(() => RawClient.open(`${b.url}/chat?id=${token}`)),
  );
  expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of opened) if (result.status === 'fulfilled') result.value.close();
});

test('a token is valid for its user only, and the log contains neither key nor token', async () => {
  const authentication = jwtBearer({ key: testKey });
  const [a, b] = [
    await start({ connectionTokens, authentication }),
    await start({ connectionTokens, authentication }),
  ];
  const [ann, bob] = ['ann', 'bob'].map((sub) => bearer(testToken({ sub }))) as [Header, Header];
  const { connectionToken: token } = await negotiate(`${a.url}/chat`, ann);
  for (const { url } of [a, b]) {
    expect(await answerOf(`${url}/chat`, token, bob)).toBe('403');
    expect(await answerOf(`${url}/chat`, token)).toBe('403');
    expect((await fetch(`${url}/chat?id=${token}`, { headers: bob })).status).toBe(403);
  }
  expect(
    await answerOf(`${b.url}/chat`, token, bearer(testToken({ sub: 'ann', name: 'newer' }))),
  ).toBe('open');
  const { connectionToken: nobodys } = await negotiate(`${a.url}/chat`);
  expect(await answerOf(`${b.url}/chat`, nobodys, ann)).toBe('403');

  const { url } = await roundRobin([a, b]);
  const connection = client(
    `${url}/chat`,
    HttpTransportType.WebSockets,
    testToken({ sub: 'carol' }),
  );
  await connection.start();
  expect(await connection.invoke('Who')).toBe('carol');
  await connection.stop();

  const lines = logger.lines.join('\n');
  expect(lines).toContain('belongs to another user');
  for (const part of [...keys, ...token.split('.'), ...nobodys.split('.')])
    expect(lines).not.toContain(part);
});
type Header = ReturnType<typeof bearer>;

test('users without an id are distinguished by their claims', async () => {
  const authentication = jwtBearer({ key: testKey });
  const [a, b] = [
    await start({ connectionTokens, authentication }),
    await start({ connectionTokens, authentication }),
  ];
  const of = (name: string, exp = 2 ** 32): Header =>
    bearer(testToken({ name, team: { id: 1 }, exp }));
  const { connectionToken: token } = await negotiate(`${a.url}/chat`, of('ann'));
  expect(await answerOf(`${b.url}/chat`, token, of('bob'))).toBe('403');
  expect(await answerOf(`${b.url}/chat`, token, of('ann', 2 ** 32 + 1))).toBe('open');
});

test('the tokens of a hub with only WebSockets are valid on every server', async () => {
  const [a, b] = [await start({ connectionTokens, transports: ['WebSockets'] }), await start()];
  const { connectionToken: own } = await negotiate(`${a.url}/chat`);
  expect(await answerOf(`${a.url}/chat`, own)).toBe('open');
  const { connectionToken: other } = await negotiate(`${a.url}/chat`);
  expect(await answerOf(`${b.url}/chat`, other)).toBe('open');
});

test('a client of negotiation version 0 gets no token and connects to the server that negotiated', async () => {
  const old = { connectionTokens, minimumProtocolVersion: 0 };
  const [a, b] = [await start(old), await start(old)];
  const response = await fetch(`${a.url}/chat/negotiate`, { method: 'POST' });
  const { connectionId, connectionToken } = (await response.json()) as Negotiated;
  expect(connectionToken).toBeUndefined();
  expect(await answerOf(`${b.url}/chat`, connectionId)).toBe('404 No Connection with that ID');
  expect(await answerOf(`${a.url}/chat`, connectionId)).toBe('open');
});

test('by default, a client of negotiation version 0 is refused', async () => {
  const { url } = await start({});
  for (const query of ['', '?negotiateVersion=0']) {
    const response = await fetch(`${url}/chat/negotiate${query}`, { method: 'POST' });
    expect(await response.json()).toEqual({
      error: "The client requested version '0', but the server does not support this version.",
    });
  }
});

test.each<[string, SignalRServerOptions, boolean]>([
  ['unsigned', {}, false],
  ['signed', { connectionTokens }, true],
])(
  'no other user can open a connection with an %s token',
  async (_kind, options, isRefusedWithoutUser) => {
    const { url } = await start({ ...options, authentication: jwtBearer({ key: testKey }) });
    const [ann, bob] = ['ann', 'bob'].map((sub) => bearer(testToken({ sub }))) as [Header, Header];
    const negotiated = await fetch(`${url}/chat/negotiate?negotiateVersion=1`, {
      method: 'POST',
      headers: ann,
    });
    const { connectionToken: token } = (await negotiated.json()) as Negotiated;
    for (const other of isRefusedWithoutUser ? [bob, undefined] : [bob]) {
      await expect(RawClient.open(`${url}/chat?id=${token}`, other)).rejects.toThrow('status 403');
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await fetch(`${url}/chat?id=${token}`, {
          method,
          ...(other === undefined ? {} : { headers: other }),
        });
        expect(response.status, method).toBe(403);
      }
    }
    (await RawClient.open(`${url}/chat?id=${token}`, ann)).close();
  },
);

test('stateful reconnect is negotiated with one server and works on the other one', async () => {
  const options = { connectionTokens, allowStatefulReconnects: true };
  const [a, b] = [await start(options), await start(options)];
  const { connectionToken: token, useStatefulReconnect } = await negotiate(
    `${a.url}/chat`,
    {},
    '&useStatefulReconnect=true',
  );
  expect(useStatefulReconnect).toBe(true);
  const first = await RawClient.open(`${b.url}/chat?id=${token}`);
  first.send('{"protocol":"json","version":2}\u001e');
  await first.next();
  first.close();
  const second = await RawClient.open(`${b.url}/chat?id=${token}`);
  second.send(
    '{"type":9,"sequenceId":1}\u001e{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e',
  );
  expect(await second.next()).toBe('{"type":9,"sequenceId":1}');
  expect(await second.next()).toContain('nobody');
  second.close();
});

test.each([
  ['JSON', new JsonHubProtocol()],
  ['MessagePack', new MessagePackHubProtocol()],
])(
  'a %s client whose stateful reconnect reaches another server first connects again',
  async (_name, protocol) => {
    // No timeout of a side may help.
    const timeout = 2 ** 30;
    const options = {
      connectionTokens,
      allowStatefulReconnects: true,
      handshakeTimeout: timeout,
    };
    const { url, cut, paths } = await roundRobin([
      await start(options),
      await start(options),
      await start(options),
    ]);
    const connection = new HubConnectionBuilder()
      .withUrl(`${url}/chat`, { transport: HttpTransportType.WebSockets })
      .withStatefulReconnect()
      .withHubProtocol(protocol)
      .withServerTimeout(timeout)
      .withAutomaticReconnect([0, 0, 0, 0])
      .configureLogging(LogLevel.None)
      .build();
    closings.push(() => connection.stop());
    await connection.start();
    // With stateful reconnect the client keeps a call that comes while it reconnects, loses it with
    // its old buffer, and never settles it.
    const answer = (): unknown =>
      connection.state === HubConnectionState.Connected
        ? connection.invoke('Who').catch(() => 'not yet')
        : 'not yet';
    for (let i = 0; i < 3; i++) {
      const seen = paths.length;
      cut();
      await expect.poll(() => paths.length).toBeGreaterThan(seen);
      await expect.poll(answer).toBe('nobody');
    }
  },
);

test('without a user, an unsigned token opens a connection without a user, as in ASP.NET Core', async () => {
  const { url } = await start({ authentication: jwtBearer({ key: testKey }) });
  const ann = bearer(testToken({ sub: 'ann' }));
  const negotiated = await fetch(`${url}/chat/negotiate?negotiateVersion=1`, {
    method: 'POST',
    headers: ann,
  });
  const { connectionToken: token } = (await negotiated.json()) as Negotiated;
  const client = await RawClient.connect(`${url}/chat?id=${token}`);
  client.send('{"type":1,"invocationId":"1","target":"Who","arguments":[]}\u001e');
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"nobody"}');
  client.close();
});
