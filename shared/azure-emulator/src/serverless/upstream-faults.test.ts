import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { ServiceManager } from '@practical-signalr/azure/management';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startEmulator } from '../index.ts';
import { type RecordingUpstream, recordingUpstream } from '../testing/recording-upstream.ts';

let upstream: RecordingUpstream;
let emulator: Emulator;
const lines: string[] = [];
const connections: HubConnection[] = [];
beforeEach(async () => {
  lines.length = 0;
  upstream = await recordingUpstream();
  emulator = await startEmulator({
    port: 0,
    serviceMode: 'Serverless',
    upstream: `${upstream.url}/{event}`,
    log: (line) => lines.push(line),
  });
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
  await emulator.close();
  await upstream.close();
});

const negotiate = (): Promise<{ url: string; accessToken: string }> =>
  new ServiceManager({ connectionString: emulator.connectionString, environment: {} })
    .hubContext('Chat')
    .negotiate();

async function connect(): Promise<HubConnection> {
  const { url, accessToken } = await negotiate();
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => accessToken })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  connections.push(connection);
  return connection;
}

test('a faulty endpoint fails the call and does not close the client', async () => {
  const held: { destroy(): void }[] = [];
  const answers: Record<string, RecordingUpstream['answer']> = {
    '/NotFound': (_call, response) => response.writeHead(404).end('no such function'),
    '/Broken': (_call, response) => response.writeHead(500).end(),
    '/Garbage': (_call, response) => response.end('<html>'),
    '/OtherCall': (_call, response) => response.end('{"type":3,"invocationId":"other","result":1}'),
    '/NoCompletion': (_call, response) => response.end('{"type":1,"target":"x","arguments":[]}'),
    '/Oversized': (_call, response) => response.end('x'.repeat(1_100_000)),
    '/Cut': (_call, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"type":3');
      response.destroy();
    },
    '/Silent': (_call, response) => held.push(response),
    '/Error': ({ body }, response) => {
      const { invocationId } = JSON.parse(body.toString()) as { invocationId: string };
      response.end(`{"type":3,"invocationId":"${invocationId}","error":"not today"}\u001e`);
    },
    '/Good': (_call, response) => response.end(),
  };
  upstream.answer = (call, response) => (answers[call.url] ?? answers['/Good']!)(call, response);
  const [connection, other] = [await connect(), await connect()];
  const failed = async (method: string, text: string): Promise<void> =>
    expect(connection.invoke(method), method).rejects.toThrow(text);
  await failed('NotFound', 'Invocation failed, status code 404');
  await failed('Broken', 'Invocation failed, status code 500');
  await failed('Garbage', 'did not answer with a completion');
  await failed('OtherCall', 'did not answer with a completion');
  await failed('NoCompletion', 'did not answer with a completion');
  await failed('Oversized', 'answered too much');
  await failed('Cut', 'cannot be reached');
  await failed('Error', 'not today');
  const silent = failed('Silent', 'cannot be reached');
  await expect.poll(() => held.length).toBe(1);
  await other.invoke('Good'); // others do not wait
  held[0]?.destroy();
  await silent;
  await connection.invoke('Good');
  await upstream.close();
  await failed('Gone', 'cannot be reached');
  expect(lines).toContain('Upstream messages Oversized of hub chat: answered too much.');
});

test('a call fails if the endpoint exceeds upstreamTimeout', async () => {
  await emulator.close();
  const mode = { port: 0, serviceMode: 'Serverless', upstreamTimeout: 50 } as const;
  emulator = await startEmulator({
    ...mode,
    upstream: [{ urlTemplate: upstream.url, categoryPattern: 'messages' }],
  });
  upstream.answer = () => undefined;
  await expect((await connect()).invoke('Never')).rejects.toThrow(
    "endpoint of 'Never' took too long",
  );
});

test('a log that throws stops neither the calls of a client nor its events', async () => {
  await emulator.close();
  emulator = await startEmulator({
    port: 0,
    serviceMode: 'Serverless',
    upstream: `${upstream.url}/{event}`,
    log() {
      throw new Error('The disk is full.');
    },
  });
  const connection = await connect();
  await connection.invoke('Good');
  await connection.stop();
  await expect
    .poll(() => upstream.calls.map(({ url }) => url))
    .toEqual(['/connected', '/Good', '/disconnected']);
});

test('the response to connected is logged and otherwise ignored', async () => {
  upstream.answer = (call, response) =>
    response.writeHead(call.url === '/connected' ? 401 : 200).end();
  const connection = await connect();
  await connection.invoke('Good');
  expect(lines).toContain('Upstream connections connected of hub chat: 401.');
});

test('a client that calls faster than its endpoint responds is paused, and its calls stay in order', async () => {
  let release: (() => void)[] = [];
  let isFree = false;
  upstream.answer = (_call, response) =>
    isFree ? response.end() : release.push(() => response.end());
  const connection = await connect();
  const calls = Array.from({ length: 100 }, (_, i) => connection.invoke('Note', i));
  await expect.poll(() => release.length).toBe(1);
  isFree = true;
  for (const one of release.splice(0)) one();
  await Promise.all(calls);
  const numbers = upstream.calls
    .slice(1)
    .map(({ body }) => (JSON.parse(body.toString()) as { arguments: number[] }).arguments[0]);
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test.each([
  ['garbage', 'garbage\u001e'],
  ['a truncated record', '{"type":1,"target":\u001e'],
  [
    'an oversized record',
    `{"type":1,"target":"x","arguments":["${'x'.repeat(1024 * 1024)}"]}\u001e`,
  ],
])('%s closes the client with a reason, and no other client', async (_what, data) => {
  const other = await connect();
  const { url, accessToken } = await negotiate();
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}&access_token=${accessToken}`);
  const records: string[] = [];
  webSocket.on('message', (record: Buffer) => records.push(record.toString()));
  webSocket.on('open', () =>
    webSocket.send(`{"protocol":"json","version":1}\u001e{"type":99}\u001e${data}`),
  );
  await new Promise((resolve) => webSocket.on('close', resolve));
  expect(records.join('')).toMatch(/^\{\}\u001e\{"type":7,"error":"/);
  await other.invoke('Good');
});

test('names that a client chooses cannot change the path of the endpoint or forge a line of the log', async () => {
  const connection = await connect();
  for (const name of ['.', '..'])
    await expect(connection.invoke(name)).rejects.toThrow('no upstream endpoint for');
  await connection.invoke('a/../b');
  await connection.invoke('x\n2026 \u001b[31mServer');
  expect(upstream.calls.map(({ url }) => url)).toEqual([
    '/connected',
    '/a%2F..%2Fb',
    '/x%0A2026%20%1B%5B31mServer',
  ]);
  expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  expect(lines).toContain('Upstream messages x%0A2026 %1B[31mServer of hub chat: 200.');
});

test('messages after a Close in the same chunk are ignored', async () => {
  const { url, accessToken } = await negotiate();
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}&access_token=${accessToken}`);
  const call = '{"type":1,"target":"Late","arguments":[]}';
  const records = ['{"protocol":"json","version":1}', '{"type":7}', call].map(
    (record) => `${record}\u001e`,
  );
  webSocket.on('open', () => webSocket.send(records.join('')));
  await new Promise((resolve) => webSocket.on('close', resolve));
  await expect
    .poll(() => upstream.calls.map((one) => one.url))
    .toEqual(['/connected', '/disconnected']);
  await (await connect()).invoke('Good');
  expect(upstream.calls.map((one) => one.url)).not.toContain('/Late');
});

test('the emulator closes while an endpoint does not respond', async () => {
  upstream.answer = () => undefined;
  await connect();
  await expect.poll(() => upstream.calls.length).toBe(1);
  const pending = emulator.status().openConnections;
  await emulator.close();
  expect(pending).toBe(1);
  await expect.poll(() => lines.at(-1)).toContain('cannot be reached');
});
