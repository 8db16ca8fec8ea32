import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { Hub, requestUser, SignalRServer, type SignalRServerOptions } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { closeAll, closeLater, hostTransports, listen, talk } from '../testing/host-suite.ts';

afterEach(closeAll);

class PathHub extends Hub {
  echo(value: string): string {
    return value;
  }
  params(): unknown {
    return this.context.request.params;
  }
  header(name: string): unknown {
    return this.context.request.headers[name];
  }
}

const methods = ['echo', 'params', 'header'] as const;

async function start(
  path: string,
  options: SignalRServerOptions = {},
  policy?: (tenant: string | undefined) => boolean,
): Promise<string> {
  const signalr = new SignalRServer(options);
  const authorize = {
    policy: (_user: unknown, { request }: { request: { params: Record<string, string> } }) =>
      policy?.(request.params['tenant']) === true,
  };
  signalr.mapHub(path, PathHub, { methods, ...(policy === undefined ? {} : { authorize }) });
  closeLater(() => signalr.close());
  const server = createServer(signalr.router());
  signalr.attach(server);
  return listen(server);
}

/** Sends a request with exactly this target. Returns the response. */
async function sendRaw(url: string, target: string, headers = ''): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`,
    'utf8',
  );
  return text(socket);
}

test.each(hostTransports)('a path with a parameter, over %s', async (transport) => {
  const url = await start('/tenants/:tenant/hub');
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/tenants/m%C3%BCller/hub`, { transport: HttpTransportType[transport] })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  expect(await connection.invoke('Params')).toEqual({ tenant: 'müller' });
  await connection.stop();
});

test.each(hostTransports)('paths beyond ASCII and with spaces, over %s', async (transport) => {
  await talk(`${await start('/chät')}/ch%C3%A4t`, transport);
  await talk(`${await start('/my hub')}/my%20hub`, transport);
});

test('the absolute form of a target, with and without express', async () => {
  const url = await start('/chat');
  expect(await sendRaw(url, `${url}/chat/negotiate?negotiateVersion=1`)).toContain('HTTP/1.1 200');
  expect(await sendRaw(url, 'http://other.example?x')).toContain('HTTP/1.1 404');

  const signalr = new SignalRServer();
  signalr.mapHub('/chat', PathHub, { methods });
  closeLater(() => signalr.close());
  const app = express().use('/api', signalr.router());
  const mounted = await listen(createServer((request, response) => app(request, response)));
  expect(await sendRaw(mounted, `${mounted}/api/chat/negotiate`)).toContain('HTTP/1.1 200');
});

test('an upgrade request with the absolute form of a target', async () => {
  const url = await start('/chat');
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET ${url}/chat HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`,
  );
  const [response] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(response.toString()).toContain('HTTP/1.1 101');
});

test.each([
  ['/chat//negotiate', 404],
  ['/chat/negotiate//', 404],
  ['/chat%2fnegotiate', 404],
  ['//chat/negotiate', 404],
  ['/chat/negotiate/', 200],
  ['/chat/%6eegotiate', 200],
  ['/%63hat/NEGOTIATE', 200],
])('negotiation at %s is answered with %d, as in ASP.NET Core', async (path, status) => {
  expect(await sendRaw(await start('/chat'), path)).toContain(`HTTP/1.1 ${status}`);
});

test.each([
  '/tenants/a%2fb/hub',
  '/tenants/../hub',
  '/tenants/%2e%2e/hub',
  '/tenants/%00/hub',
  '/tenants/%ff/hub',
  '/tenants/a/b/hub',
])('%s is not found, and neither is its negotiation or upgrade', async (path) => {
  const url = await start('/tenants/:tenant/hub');
  expect(await sendRaw(url, path)).toContain('HTTP/1.1 404');
  expect(await sendRaw(url, `${path}/negotiate`)).toContain('HTTP/1.1 404');
  if (!path.includes('.') && !path.includes('2e')) {
    await expect(RawClient.open(url + path)).rejects.toThrow('status 404');
  }
});

test('a policy sees the parameters, and a connection cannot be used below other ones', async () => {
  const authentication = requestUser({ user: () => ({ id: 'ada' }) });
  const url = await start('/tenants/:tenant/hub', { authentication }, (name) => name !== 'b');
  const negotiate = (tenant: string): Promise<Response> =>
    fetch(`${url}/tenants/${tenant}/hub/negotiate?negotiateVersion=1`, { method: 'POST' });
  expect((await negotiate('b')).status).toBe(403);
  const { connectionToken } = (await (await negotiate('a')).json()) as { connectionToken: string };
  const request = async (tenant: string, method: string): Promise<number> => {
    const response = await fetch(`${url}/tenants/${tenant}/hub?id=${connectionToken}`, { method });
    await response.arrayBuffer();
    return response.status;
  };
  expect(await request('a', 'GET')).toBe(200);
  expect(await request('b', 'POST')).toBe(403);
  expect(await request('c', 'POST')).toBe(404);
  expect(await request('c', 'DELETE')).toBe(404);
  expect(await request('a', 'DELETE')).toBe(202);
});

test('header values in UTF-8 reach the hub as they were sent, others as Latin-1', async () => {
  const url = await start('/chat');
  const asBytes = (value: string, encoding: BufferEncoding): string =>
    Buffer.from(value, encoding).toString('latin1');
  const client = await RawClient.connect(`${url}/chat`, {
    'x-name': asBytes('Zoë Müller 😀', 'utf8'),
    'x-latin': asBytes('Zoë', 'latin1'),
    'x-ascii': 'Zoe',
  });
  const values = { 'x-name': 'Zoë Müller 😀', 'x-latin': 'Zoë', 'x-ascii': 'Zoe' };
  for (const [name, value] of Object.entries(values)) {
    client.send(`{"type":1,"invocationId":"1","target":"Header","arguments":["${name}"]}\u001e`);
    expect(await client.next()).toContain(`"result":"${value}"`);
  }
  client.close();
});
