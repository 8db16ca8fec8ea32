import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  LogLevel,
  Subject,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { Hub, jwtBearer, type SignalRServerOptions, stream } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Difference } from '../compare-recordings.ts';
import { playSession } from './replay/play-session.ts';
import { readEvents } from './recorded-event.ts';
import { startRecordingProxy } from './recording-proxy.ts';

const key = 'a key for tests that is 32 bytes long';
const createToken = (name: string): string => jwt.sign({ sub: name }, key, { expiresIn: '1h' });

interface ChatClient {
  said(name: string, text: string): void;
  moved(id: string, bytes: Uint8Array): void;
  askName(): string;
}

class ChatHub extends Hub<ChatClient> {
  async say(text: string): Promise<void> {
    await this.clients.all.send('said', this.context.userIdentifier ?? '', text);
  }
  async sayTo(connectionId: string, text: string): Promise<void> {
    await this.clients.client(connectionId).send('said', connectionId, text);
  }
  async ask(): Promise<string> {
    const { connectionId } = this.context;
    return `You are ${await this.clients.client(connectionId).invoke('askName')}`;
  }
  echo(value: unknown): unknown {
    return value;
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 1; i <= to; i++) yield i;
  }
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let total = 0;
    for await (const number of numbers) total += number;
    return total;
  }
  fail(): void {
    throw new Error('secret');
  }
}

/** The same hub after somebody has changed it. */
class ChangedHub extends ChatHub {
  override echo(value: unknown): unknown {
    return [value, 'changed'];
  }
}

const methods = {
  say: {},
  sayTo: {},
  ask: {},
  echo: {},
  count: {},
  sum: { arguments: [stream] },
  fail: {},
} as const;
const cleanups: (() => unknown)[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalr-record-'));
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  rmSync(folder, { recursive: true });
});

async function startServer(hub: new () => ChatHub, options: SignalRServerOptions = {}) {
  const nothing = (): void => undefined;
  const server: TestServer = await testServer(
    { '/chat': { hub, methods, authorize: true } },
    {
      authentication: jwtBearer({
        key,
        events: {
          // The client cannot set headers on event streams.
          onMessageReceived(context) {
            context.token ??= context.request.query.get('access_token');
          },
        },
      }),
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      ...options,
    },
  );
  cleanups.push(() => server.close());
  return server;
}

function createClient(url: string, transport: HttpTransportType, isBinary: boolean, name: string) {
  const builder = new HubConnectionBuilder()
    .withUrl(`${url}/chat?room=1`, { transport, accessTokenFactory: () => createToken(name) })
    .configureLogging(LogLevel.None);
  if (isBinary) builder.withHubProtocol(new MessagePackHubProtocol());
  const client = builder.build();
  client.on('askName', () => name);
  return client;
}

/** Resolves with the arguments of the next call of a client method. */
const next = (client: HubConnection, method: string): Promise<unknown[]> =>
  new Promise((resolve) => {
    const handler = (...args: unknown[]): void => {
      client.off(method, handler);
      resolve(args);
    };
    client.on(method, handler);
  });

/** Records a session of two official clients. Returns the path of the file. */
async function recordSession(
  server: TestServer,
  transport: HttpTransportType,
  isBinary: boolean,
): Promise<string> {
  const file = join(folder, 'session.jsonl');
  const proxy = await startRecordingProxy({ target: server.url, file, port: 0 });
  cleanups.push(() => proxy.close());
  const ann = createClient(proxy.url, transport, isBinary, 'ann');
  const bob = createClient(proxy.url, transport, isBinary, 'bob');
  ann.on('said', () => undefined);
  await ann.start();
  await bob.start();
  cleanups.push(() => Promise.all([ann.stop(), bob.stop()]));
  const heard = next(bob, 'said');
  await ann.invoke('say', 'Grüße');
  expect(await heard).toEqual(['ann', 'Grüße']);
  const whispered = next(bob, 'said');
  await ann.invoke('sayTo', bob.connectionId, 'only you');
  await whispered;
  expect(await ann.invoke('ask')).toBe('You are ann');
  expect(await bob.invoke('ask')).toBe('You are bob');
  expect(await ann.invoke('echo', { id: 1, list: [true, null, 'x'] })).toEqual({
    id: 1,
    list: [true, null, 'x'],
  });
  // An app that sends its own token as an argument must not leak it either.
  await ann.invoke('echo', createToken('ann'));
  await ann.invoke('fail').catch(() => undefined);
  await new Promise<void>((resolve, reject) =>
    ann.stream('count', 3).subscribe({
      next: () => undefined,
      complete: () => resolve(),
      error: reject,
    }),
  );
  const numbers = new Subject<number>();
  const sum = bob.invoke('sum', numbers);
  for (const number of [1, 2, 3]) numbers.next(number);
  numbers.complete();
  expect(await sum).toBe(6);
  await ann.stop();
  await bob.stop();
  const countClosed = () => readEvents(file).filter(({ type }) => type === 'close').length;
  await expect.poll(countClosed).toBe(2);
  await proxy.close();
  cleanups.splice(cleanups.length - 2);
  return file;
}

const play = (file: string, url: string): Promise<Difference[]> =>
  playSession(readEvents(file), {
    url,
    headers: { authorization: `Bearer ${createToken('ann')}` },
    timeout: 3000,
    settleTime: 20,
  });

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;

test.each([
  ['WebSockets, JSON', WebSockets, false],
  ['WebSockets, MessagePack', WebSockets, true],
  ['ServerSentEvents, JSON', ServerSentEvents, false],
  ['LongPolling, JSON', LongPolling, false],
  ['LongPolling, MessagePack', LongPolling, true],
])(
  'over %s, a session is recorded without tokens and played without differences',
  async (_name, transport, isBinary) => {
    const server = await startServer(ChatHub);
    const file = await recordSession(server, transport, isBinary);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(
      /eyJ[\w-]+\.|access_token|authorization|"connectionToken":"(?!<redacted>)/i,
    );
    const binary = readEvents(file).map((event) =>
      event.type === 'message' ? Buffer.from(event.bytes ?? '', 'base64').toString('latin1') : '',
    );
    expect(binary.join('')).not.toMatch(/eyJ[\w-]+\./);
    const kinds = readEvents(file).map(({ type, connection }) => `${type} ${connection}`);
    for (const kind of ['negotiate', 'open', 'close'])
      expect(kinds.filter((each) => each.startsWith(kind)).toSorted()).toEqual([
        `${kind} 1`,
        `${kind} 2`,
      ]);

    expect(await play(file, server.url)).toEqual([]);
  },
);

test('a changed hub is found, with the position of the change', async () => {
  const server = await startServer(ChatHub);
  const file = await recordSession(server, WebSockets, false);
  const changed = await startServer(ChangedHub);
  const differences = await play(file, changed.url);
  expect(differences).toContainEqual({
    at: expect.stringMatching(/^connection 1, messages\[\d+\]\.result/) as string,
    expected: { id: 1, list: [true, null, 'x'] },
    actual: [{ id: 1, list: [true, null, 'x'] }, 'changed'],
  });
});

test('a server that refuses, or does not answer, is a difference', async () => {
  const server = await startServer(ChatHub);
  const file = await recordSession(server, WebSockets, false);
  const events = readEvents(file);
  const refused = await playSession(events, {
    url: server.url,
    headers: {},
    timeout: 3000,
    settleTime: 0,
  });
  expect(refused).toContainEqual({
    at: 'connection 1, negotiation.status',
    expected: 200,
    actual: 401,
  });
});

test('a recording stops at its maximum size, and clients are still served', async () => {
  const server = await startServer(ChatHub);
  const file = join(folder, 'small.jsonl');
  const maximumSize = 1000;
  const proxy = await startRecordingProxy({ target: server.url, file, port: 0, maximumSize });
  cleanups.push(() => proxy.close());
  const client = createClient(proxy.url, WebSockets, false, 'ann');
  await client.start();
  const long = 'x'.repeat(600);
  for (let i = 0; i < 3; i++) expect(await client.invoke('echo', long)).toBe(long);
  await client.stop();
  expect(readFileSync(file).length).toBeLessThanOrEqual(maximumSize);
});
