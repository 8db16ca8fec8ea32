import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hub, type MapHubOptions } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { OpenedResources } from '@practical-signalr/lesson-kit';
import jwt from 'jsonwebtoken';
import { afterEach, expect, test } from 'vitest';
import type { Difference } from '../../compare-recordings.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { playSession } from './play-session.ts';

const resources = new OpenedResources();
afterEach(() => resources.close());

class DemoHub extends Hub {
  echo(value: unknown): unknown {
    return value;
  }
  async flood(count: number, text: string): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.caller.send('said', i, text);
  }
  async *ticks(): AsyncGenerator<number> {
    for (let i = 0; ; i++) {
      yield i;
      await new Promise(setImmediate);
    }
  }
  login(): string {
    return jwt.sign({ sub: 'ann' }, String(Math.random()));
  }
  leave(): void {
    this.context.abort();
  }
}

const methods = { echo: {}, flood: {}, ticks: {}, login: {}, leave: {} } as const;

async function startHub(options: Partial<MapHubOptions<DemoHub>> = {}): Promise<string> {
  const server = await testServer({
    '/demo': { hub: DemoHub, methods, allowStatefulReconnects: true, ...options },
  });
  resources.add(server);
  return server.url;
}

async function startServer(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  server.on('upgrade', (_request, socket) => socket.on('error', () => undefined));
  return listen(server);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.add({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const play = (
  events: readonly RecordedEvent[],
  url: string,
  options: { timeout?: number; query?: string } = {},
): Promise<Difference[]> =>
  playSession(events, { url, headers: {}, timeout: 30_000, settleTime: 50, ...options });

const common = { connection: 1, at: 0 } as const;
const client = (message: object): RecordedEvent => ({
  type: 'message',
  ...common,
  from: 'client',
  text: JSON.stringify(message),
});
const server = (message: object | string): RecordedEvent => ({
  type: 'message',
  ...common,
  from: 'server',
  text: typeof message === 'string' ? message : JSON.stringify(message),
});
const close = (by: 'client' | 'server'): RecordedEvent => ({ type: 'close', ...common, by });
const negotiation = (response: object | string, status = 200, query = ''): RecordedEvent => ({
  type: 'negotiate',
  ...common,
  path: '/demo',
  query: `negotiateVersion=1${query}`,
  status,
  response,
});
const open: RecordedEvent = {
  type: 'open',
  ...common,
  transport: 'WebSockets',
  path: '/demo',
  query: '',
  status: 101,
};
/** A connection that skips the negotiation, up to the end of its handshake. */
const opened = [open, client({ protocol: 'json', version: 1 }), server({})];
const call = (invocationId: string, target: string, ...args: unknown[]): RecordedEvent =>
  client({ type: 1, invocationId, target, arguments: args });
const result = (invocationId: string, value?: unknown): RecordedEvent =>
  server({ type: 3, invocationId, ...(value !== undefined && { result: value }) });

test('the messages of different calls may arrive in another order, those of one call not', async () => {
  const url = await startHub();
  const calls = [call('0', 'echo', 'a'), call('1', 'echo', 'b')];
  const swapped = [result('1', 'b'), result('0', 'a')];
  expect(await play([...opened, ...calls, ...swapped], url)).toEqual([]);
  const said = (i: number): RecordedEvent =>
    server({ type: 1, target: 'said', arguments: [i, ''] });
  const flood = [call('0', 'flood', 2, ''), said(1), said(0), result('0', null)];
  expect(await play([...opened, ...flood], url)).toEqual([
    { at: 'connection 1, messages[1].arguments[0]', expected: 1, actual: 0 },
    { at: 'connection 1, messages[2].arguments[0]', expected: 0, actual: 1 },
  ]);
});

test('a message too few and a message too many are one difference each', async () => {
  const url = await startHub();
  const said = { type: 1, target: 'said', arguments: [0, ''] };
  const rest = [result('0', null), call('1', 'echo', 5), result('1', 5)];
  const fewer = [...opened, call('0', 'flood', 1, ''), ...rest];
  expect(await play(fewer, url)).toEqual([
    { at: 'connection 1, messages[3]', expected: undefined, actual: said },
  ]);
  const more = [...opened, call('0', 'flood', 0, ''), server(said), ...rest];
  expect(await play(more, url, { timeout: 3000 })).toEqual([
    { at: 'connection 1, messages[1]', expected: said, actual: undefined },
  ]);
});

test('the length of a stream that was canceled or left is not compared', async () => {
  const url = await startHub();
  const subscribe = client({ type: 4, invocationId: '0', target: 'ticks', arguments: [] });
  const item = (i: number): RecordedEvent => server({ type: 2, invocationId: '0', item: i });
  const left = [...opened, subscribe, item(0), item(1)];
  expect(await play([...left, close('client')], url)).toEqual([]);
  const cancel = client({ type: 5, invocationId: '0' });
  const late = [item(2), item(3), result('0')];
  const canceled = [...left, cancel, ...late, call('1', 'echo', 1), result('1', 1)];
  expect(await play([...canceled, close('client')], url)).toEqual([]);
  const other = [...opened, subscribe, item(0), item(7)];
  expect(await play(other, url)).toEqual([
    { at: 'connection 1, messages[2].item', expected: 7, actual: 1 },
  ]);
});

test('if a client leaves during a call, further messages are not compared', async () => {
  const url = await startHub();
  const said = server({ type: 1, target: 'said', arguments: [0, ''] });
  const left = [...opened, call('0', 'flood', 3, ''), said];
  expect(await play(left, url)).toEqual([]);
  expect(await play([...left, close('client')], url)).toEqual([]);
});

test('tokens that the server creates are not compared', async () => {
  const url = await startHub();
  expect(await play([...opened, call('0', 'login'), result('0', '<redacted>')], url)).toEqual([]);
});

test('a server with stateful reconnect gets acknowledgments, so that it does not wait', async () => {
  const url = await startHub();
  const text = 'x'.repeat(10_000);
  const response = {
    negotiateVersion: 1,
    connectionId: '<redacted>',
    connectionToken: '<redacted>',
    availableTransports: [
      { transport: 'WebSockets', transferFormats: ['Text', 'Binary'] },
      { transport: 'ServerSentEvents', transferFormats: ['Text'] },
      { transport: 'LongPolling', transferFormats: ['Text', 'Binary'] },
    ],
    useStatefulReconnect: true,
  };
  const said = Array.from({ length: 30 }, (_, i) =>
    server({ type: 1, target: 'said', arguments: [i, text] }),
  );
  const events = [
    negotiation(response, 200, '&useStatefulReconnect=true'),
    open,
    client({ protocol: 'json', version: 2 }),
    server({}),
    call('0', 'flood', 30, text),
    ...said,
    result('0', null),
  ];
  expect(await play(events, url)).toEqual([]);
});

test('a session with a stateful reconnect is played without it', async () => {
  const url = await startHub();
  const first = [call('0', 'echo', 'a'), result('0', 'a'), call('1', 'echo', 'b')];
  const sequence = (sequenceId: number) => ({ type: 9, sequenceId });
  const again = [
    close('client'),
    open,
    client(sequence(2)),
    server(sequence(1)),
    call('1', 'echo', 'b'),
    call('2', 'echo', 'c'),
    result('0', 'a'),
    result('1', 'b'),
    result('2', 'c'),
    close('client'),
  ];
  expect(await play([...opened, ...first, ...again], url)).toEqual([]);
});

test('a client that opens another transport after one was refused is played', async () => {
  const url = await startHub({ transports: ['ServerSentEvents'] });
  const response = {
    negotiateVersion: 1,
    connectionId: '<redacted>',
    connectionToken: '<redacted>',
    availableTransports: [{ transport: 'ServerSentEvents', transferFormats: ['Text'] }],
  };
  const events: RecordedEvent[] = [
    negotiation(response),
    { ...open, status: 404 },
    { ...open, transport: 'ServerSentEvents', status: 200 },
    ...opened.slice(1),
    call('0', 'echo', 1),
    result('0', 1),
    close('client'),
  ];
  expect(await play(events, url)).toEqual([]);
});

test('a connection that only the server of the replay closes is a difference', async () => {
  const url = await startHub();
  const left = [...opened, call('0', 'leave')];
  const difference = { at: 'connection 1, closed by the server', expected: false, actual: true };
  expect(await play(left, url)).toContainEqual(difference);
  const closed = [...left, close('server')];
  expect(await play(closed, url)).not.toContainEqual(difference);
});

test('a server that answers an upgrade with a page gets no messages', async () => {
  const requests: (string | undefined)[] = [];
  const page = createServer(({ method }, response) => {
    requests.push(method);
    response.end('<!doctype html>');
  });
  const url = await listen(page);
  expect(await play(opened.slice(0, 2), url)).toEqual([
    { at: 'connection 1, status of the transport', expected: 101, actual: 200 },
  ]);
  expect(requests).toEqual(['GET']);
});

test('a redirect is compared as it was recorded', async () => {
  const url = await startServer((_request, response) => {
    response.writeHead(302, { location: '/login' }).end('moved');
  });
  expect(await play([negotiation('moved', 302)], url)).toEqual([]);
});

test('cookies of the server and the parameters of the command are sent with each request', async () => {
  const requests: (readonly [string | undefined, string | undefined])[] = [];
  const url = await startServer(({ url: target, headers }: IncomingMessage, response) => {
    requests.push([target, headers.cookie]);
    response.writeHead(404, { 'set-cookie': 'affinity=a; Path=/' }).end();
  });
  const get: RecordedEvent = { ...open, transport: 'ServerSentEvents', status: 404 };
  await play([negotiation('', 404), get], url, { query: 'api_key=1' });
  expect(requests).toEqual([
    ['/demo/negotiate?negotiateVersion=1&api_key=1', undefined],
    ['/demo?api_key=1', 'affinity=a'],
  ]);
});

const ok = { connectionToken: 'a', connectionId: 'b' };

test.each([
  ['does not respond to the negotiation', [negotiation(ok)], 'negotiation.status'],
  ['does not respond to the upgrade', opened, 'status of the transport'],
  [
    'does not respond to the event stream',
    [{ ...open, transport: 'ServerSentEvents', status: 200 } as const],
    'status of the transport',
  ],
])('a server that %s is a difference, and the replay ends', async (_name, events, what) => {
  const url = await startServer(() => undefined);
  expect(await play(events, url, { timeout: 50 })).toContainEqual(
    expect.objectContaining({ at: `connection 1, ${what}`, actual: 'no response in time' }),
  );
});

test('a server that does not respond to messages is a difference, and the replay ends', async () => {
  const url = await startServer((request, response) => {
    if (request.method === 'GET') response.writeHead(200).flushHeaders();
  });
  const events: RecordedEvent[] = [
    { ...open, transport: 'ServerSentEvents', status: 200 },
    ...opened.slice(1),
    call('0', 'echo', 1),
    result('0', 1),
    close('client'),
  ];
  const found = await play(events, url, { timeout: 3000 });
  expect(found.map(({ at }) => at)).toEqual([
    'connection 1, messages[0]',
    'connection 1, messages[1]',
  ]);
});

test('a server that stops is a difference', async () => {
  const url = await startServer((request) => request.socket.destroy());
  expect(await play([negotiation(ok), ...opened], url)).toEqual([
    {
      at: 'connection 1, negotiation.status',
      expected: 200,
      actual: 'no response: UND_ERR_SOCKET',
    },
    { at: 'connection 1, messages[0]', expected: {}, actual: undefined },
  ]);
});

test('a session of 3,000 calls is played', async () => {
  const url = await startHub();
  const calls = Array.from({ length: 3000 }, (_, i) => [
    call(`${i}`, 'echo', i),
    result(`${i}`, i),
  ]);
  expect(await play([...opened, ...calls.flat()], url)).toEqual([]);
});
