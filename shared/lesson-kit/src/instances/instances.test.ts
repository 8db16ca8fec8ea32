import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import express from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { errors } from '../errors.ts';
import { nodeArguments } from '../run/run-lesson.ts';
import type { ObservedRequest } from '../wire/observe/observed-request.ts';
import { requestJournal } from '../serve/request-journal.ts';
import { createBalancer, type Instance, startInstance } from './index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const none = (): Promise<void> => Promise.resolve();
/** A server that tells its name, and echoes over a WebSocket at /socket. */
async function instance(name: string): Promise<Instance> {
  const server = createServer((request, response) => response.end(`${name} ${request.url}`));
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined); // who is refused may hang up
    if (!request.url?.startsWith('/socket'))
      return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    return sockets.handleUpgrade(request, socket, head, (opened) =>
      opened.on('message', (data) => opened.send(data)),
    );
  });
  return {
    name,
    url: await listening(server),
    pid: 0,
    ended: new Promise(() => undefined),
    close: none,
    kill: none,
  };
}

async function balancing(instances: readonly Instance[]) {
  const app = express();
  const server = createServer(app);
  const balancer = createBalancer(server, {
    paths: ['/socket', '/chat'],
    instances: () => Promise.resolve(instances),
  });
  app.use('/requests', requestJournal(server, ['/socket', '/chat']));
  app.use(balancer.handler);
  app.use((_request, response) => response.send('the page'));
  const url = await listening(server);
  const journal = async (): Promise<ObservedRequest[]> =>
    (await fetch(`${url}/requests`)).json() as Promise<ObservedRequest[]>;
  return { url, balancer, journal };
}

test('requests and WebSockets reach their instance, other requests the page, and the journal names the instance', async () => {
  const [a, b] = [await instance('a'), await instance('b')];
  const { url, balancer, journal } = await balancing([a, b]);
  const answer = await fetch(`${url}/chat/x?instance=b`);
  expect([await answer.text(), answer.headers.get('x-instance')]).toEqual([
    'b /chat/x?instance=b',
    'b',
  ]);
  expect(await (await fetch(`${url}/chatter`)).text()).toBe('the page');

  const socket = new WebSocket(`${url}/socket?instance=a`);
  await once(socket, 'open');
  expect([balancer.webSockets(a), balancer.webSockets(b)]).toEqual([1, 0]);
  socket.send('hello');
  expect(String((await once(socket, 'message'))[0])).toBe('hello');
  socket.terminate();
  await vi.waitUntil(() => balancer.webSockets(a) === 0);

  const refused = new WebSocket(`${url}/chat?instance=b`);
  const [error] = (await once(refused, 'error')) as [Error];
  expect(error.message).toBe('Unexpected server response: 404');
  expect((await journal()).map(({ kind, status, servedBy }) => [kind, status, servedBy])).toEqual([
    ['request', 200, 'b'],
    ['websocket', 101, 'a'],
    ['websocket', 404, 'b'],
  ]);
});

test('a connection stays with the instance that negotiated it', async () => {
  const negotiating = async (name: string): Promise<Instance> => {
    const server = createServer((request, response) =>
      response.end(
        request.method === 'POST' ? `{"connectionToken":"token of ${name}"}` : `${name} answers`,
      ),
    );
    return { ...(await instance(name)), url: await listening(server) };
  };
  const { url, balancer } = await balancing([await negotiating('a'), await negotiating('b')]);
  const connect = async (): Promise<string> => {
    const response = await fetch(`${url}/chat/negotiate`, { method: 'POST' });
    const { connectionToken } = (await response.json()) as { connectionToken: string };
    return (await fetch(`${url}/chat?id=${encodeURIComponent(connectionToken)}`)).text();
  };
  expect([await connect(), await connect()]).toEqual(['a answers', 'b answers']);
  balancer.rule = 'round-robin';
  expect([await connect(), await connect()]).toEqual(['b answers', 'a answers']);
});

test('a missing instance is reported to the client, and the balancer continues', async () => {
  const a = await instance('a');
  const gone: Instance = { ...a, name: 'gone', url: 'http://127.0.0.1:9' };
  const [{ url }, { url: empty }] = await Promise.all([balancing([a, gone]), balancing([])]);
  const responses = await Promise.all(
    [`${url}/chat?instance=gone`, `${empty}/chat`, `${url}/chat?instance=a`].map((each) =>
      fetch(each),
    ),
  );
  expect(
    await Promise.all(responses.map(async (each) => [each.status, await each.text()])),
  ).toEqual([
    [502, errors.instanceSilent('gone').message],
    [503, errors.noInstance().message],
    [200, 'a /chat?instance=a'],
  ]);
  for (const [address, status] of [
    [`${url}/socket?instance=gone`, 502],
    [`${empty}/socket`, 503],
  ] as const) {
    const [error] = (await once(new WebSocket(address), 'error')) as [Error];
    expect(error.message).toBe(`Unexpected server response: ${status}`);
  }
});

test('an instance that breaks its WebSocket closes that of the client, without an HTTP response', async () => {
  const server = createServer();
  ends.push(() => server.close());
  server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    socket.on('data', () => (socket as Socket).resetAndDestroy());
  });
  const a = { ...(await instance('a')), url: await listening(server) };
  const { url, balancer } = await balancing([a]);
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  client.on('data', (chunk: Buffer) => (received += chunk.toString()));
  client.write(
    'GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(client, 'data');
  client.on('error', () => undefined);
  const closed = new Promise((resolve) => client.once('close', resolve)); // `once` may reject.
  client.write('a frame');
  await closed;
  expect(received).toMatch(/^HTTP\/1\.1 101 /);
  expect(received).not.toContain('502');
  await vi.waitUntil(() => balancer.webSockets(a) === 0);
});

test('a WebSocket whose instance ends the connection closes when its client does', async () => {
  const server = createServer();
  const closed = new Promise<void>((resolve) => {
    server.once('upgrade', (_request, socket) => socket.once('close', resolve));
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    socket.once('data', () => (socket as Socket).destroySoon());
  });
  const a = { ...(await instance('a')), url: await listening(server) };
  const { url, balancer } = await balancing([a]);
  const client = connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  client.write(
    'GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(client, 'data');
  client.write('a frame');
  client.resume();
  await once(client, 'end');
  client.write('a frame that the instance refuses');
  await closed;
  await setImmediate();
  client.end();
  await vi.waitUntil(() => balancer.webSockets(a) === 0);
});

/** A server/main.ts of a lesson, in a folder of its own. */
function script(text: string): URL {
  const folder = mkdtempSync(join(tmpdir(), '07-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'main.mjs');
  writeFileSync(file, text);
  return pathToFileURL(file);
}
const serving = `import { createServer } from 'node:http';
  const server = createServer((_, response) => response.end(process.env.INSTANCE)).listen(Number(process.env.PORT), '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());`;

test('an instance is ready when it reports its address, and stops when it is closed', async () => {
  const started = await startInstance('instance 1', script(serving), { PORT: '0' });
  expect(await (await fetch(started.url)).text()).toBe('instance 1');
  await started.close();
  await expect(fetch(started.url)).rejects.toThrow('fetch failed');
});

test('an instance that fails to start reports the reason', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const failing = startInstance(
    'instance 1',
    script(`console.error('Port 1 is in use.'); process.exit(1);`),
    {},
  );
  await expect(failing).rejects.toThrow(errors.instanceStopped('instance 1', 'Port 1 is in use.'));
  expect(print).toHaveBeenCalledWith('[instance 1] Port 1 is in use.');
  print.mockRestore();
});

test('an instance stops when its parent process is killed', async () => {
  const entry = new URL('index.ts', import.meta.url);
  const parent = script(`import { startInstance } from ${JSON.stringify(entry)};
    const { url } = await startInstance('instance 1', new URL(${JSON.stringify(script(serving))}), { PORT: '0' });
    console.log(url);`);
  const child = spawn(process.execPath, [...nodeArguments, parent.pathname]);
  ends.push(() => child.kill('SIGKILL'));
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect((await fetch(url)).status).toBe(200);
  child.kill('SIGKILL');
  await vi.waitUntil(() =>
    fetch(url).then(
      () => false,
      () => true,
    ),
  );
});
