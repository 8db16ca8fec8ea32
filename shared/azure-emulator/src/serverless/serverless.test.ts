import { createHmac } from 'node:crypto';
import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  JsonHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { type NegotiateOptions, ServiceManager } from '@practical-signalr/azure/management';
import { MessagePackHubProtocol as OwnMessagePack, MessageType } from '@practical-signalr/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DEFAULT_ACCESS_KEY,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../index.ts';
import { type RecordingUpstream, recordingUpstream } from '../testing/recording-upstream.ts';

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;
let upstream: RecordingUpstream;
let emulator: Emulator;
const connections: HubConnection[] = [];
beforeEach(async () => {
  upstream = await recordingUpstream();
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.stop()));
  await emulator.close();
  await upstream.close();
});

const serverless = (url = `${upstream.url}/{hub}/{category}/{event}`): EmulatorOptions => ({
  port: 0,
  serviceMode: 'Serverless',
  upstream: url,
});
const start = async (options: EmulatorOptions = serverless()): Promise<void> => {
  emulator = await startEmulator(options);
};

async function connect(
  options: NegotiateOptions = {},
  transport = WebSockets,
  isBinary = false,
): Promise<HubConnection> {
  const service = new ServiceManager({
    connectionString: emulator.connectionString,
    environment: {},
  });
  const { url, accessToken } = await service.hubContext('Chat').negotiate(options);
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => accessToken, transport })
    .withHubProtocol(isBinary ? new MessagePackHubProtocol() : new JsonHubProtocol())
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  connections.push(connection);
  return connection;
}

/** Answers an invocation with its first argument, in the client's encoding. */
const echo: RecordingUpstream['answer'] = ({ headers, body }, response) => {
  if (headers['x-asrs-category'] !== 'messages') return void response.end();
  if (headers['content-type'] === 'application/json') {
    const { invocationId, arguments: args } = JSON.parse(body.toString()) as {
      invocationId: string;
      arguments: unknown[];
    };
    return void response.end(JSON.stringify({ type: 3, invocationId, result: args[0] }));
  }
  const protocol = new OwnMessagePack();
  const framed = Buffer.concat([Buffer.of(body.length), body]); // the body itself has no length before it
  protocol.createReader(undefined).read(framed, (message) => {
    if (message.type !== MessageType.Invocation) return;
    const { invocationId = '', arguments: args } = message;
    response.end(
      protocol.writeMessage({
        type: MessageType.Completion,
        invocationId,
        hasResult: true,
        result: args[0],
      }),
    );
  });
};

test.each([
  ['WebSockets, JSON', WebSockets, false],
  ['WebSockets, MessagePack', WebSockets, true],
  ['Server-Sent Events, JSON', ServerSentEvents, false],
  ['long polling, MessagePack', LongPolling, true],
])(
  'over %s, the upstream receives the events connected and disconnected, and answers calls',
  async (_name, transport, isBinary) => {
    await start();
    upstream.answer = echo;
    const connection = await connect({ userId: 'ada' }, transport, isBinary);
    expect(await connection.invoke('Echo', { text: 'hé' })).toEqual({ text: 'hé' });
    await connection.stop();
    await expect.poll(() => upstream.calls.length).toBe(3);
    expect(upstream.calls.map(({ url }) => url)).toEqual([
      '/chat/connections/connected',
      '/chat/messages/Echo',
      '/chat/connections/disconnected',
    ]);
    expect(upstream.calls.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      isBinary ? 'application/x-msgpack' : 'application/json',
      'application/json',
    ]);
    expect(JSON.parse(String(upstream.calls[0]?.body))).toEqual({ type: 10 });
    expect(JSON.parse(String(upstream.calls[2]?.body))).toEqual({ type: 11, error: '' });
    await expect.poll(() => emulator.status().openConnections).toBe(0);
  },
);

test('the headers contain the client, its user, its query and the signature of the service', async () => {
  await start();
  const connection = await connect({
    userId: 'ädä',
    claims: { role: ['admin', 'dev'], city: 'Köln' },
  });
  await connection.invoke('Rename', 'x');
  const { headers, body } = upstream.calls[1]!;
  const id = connection.connectionId as string;
  expect(headers).toMatchObject({
    'x-asrs-connection-id': id,
    'x-asrs-hub': 'chat',
    'x-asrs-category': 'messages',
    'x-asrs-event': 'Rename',
    'x-asrs-user-id': '%C3%A4d%C3%A4',
    'x-asrs-signature': `sha256=${createHmac('sha256', DEFAULT_ACCESS_KEY).update(id).digest('hex').toUpperCase()}`,
  });
  const claims = String(headers['x-asrs-user-claims']).split(', ');
  expect(
    claims.filter((claim) => /role: /.test(claim)).map((claim) => claim.split(': ')[1]),
  ).toEqual(['admin', 'dev']);
  expect(claims).toContain('city: K%C3%B6ln');
  expect(claims.join()).not.toContain('asrs.s.');
  expect(headers['x-asrs-client-query']).toMatch(/^\?hub=chat&asrs_request_id=/);
  expect(headers['x-asrs-client-query']).not.toContain('access_token');
  expect(JSON.parse(String(body))).toEqual({
    type: 1,
    target: 'Rename',
    invocationId: '0',
    arguments: ['x'],
  });
});

test('only the first template that matches hub, category and event receives an event', async () => {
  const at = (name: string): string => `${upstream.url}/${name}/{event}`;
  await start({
    ...serverless(),
    upstream: [
      { urlTemplate: at('other'), hubPattern: 'other' },
      {
        urlTemplate: at('lifetime'),
        hubPattern: 'x, CHAT',
        categoryPattern: 'connections',
        eventPattern: 'connected',
      },
      { urlTemplate: at('listed'), eventPattern: 'Say,Shout' },
      { urlTemplate: at('calls'), categoryPattern: 'messages', eventPattern: 'a b/c?' },
    ],
  });
  const connection = await connect();
  await connection.invoke('say');
  await connection.invoke('a b/c?');
  await expect(connection.invoke('Unheard')).rejects.toThrow("no upstream endpoint for 'Unheard'");
  await connection.stop();
  await expect.poll(() => emulator.status().openConnections).toBe(0);
  expect(upstream.calls.map(({ url }) => url)).toEqual([
    '/lifetime/connected',
    '/listed/say',
    '/calls/a%20b%2Fc%3F',
  ]);
});

test('without an upstream, clients receive messages of REST, and their calls fail with the reason', async () => {
  await start({ port: 0, serviceMode: 'Serverless' });
  const connection = await connect({ userId: 'ada' });
  const said = new Promise((resolve) => connection.on('Said', resolve));
  const service = new ServiceManager({
    connectionString: emulator.connectionString,
    environment: {},
  });
  await service
    .hubContext<{ said(text: string): void }>('Chat')
    .clients.user('ada')
    .send('Said', 'hello');
  expect(await said).toBe('hello');
  await expect(connection.invoke('Echo', 1)).rejects.toThrow('Start it with --upstream');
});

test('a call without an invocation id gets no result, and streams are refused', async () => {
  await start();
  upstream.answer = echo;
  const connection = await connect();
  await connection.send('Note', 1);
  expect(await connection.invoke('Echo', 'after it')).toBe('after it');
  expect(upstream.calls.map(({ headers }) => headers['x-asrs-event'])).toEqual([
    'connected',
    'Note',
    'Echo',
  ]);
  const streamed = new Promise((_resolve, error) =>
    connection
      .stream('Count', 3)
      .subscribe({ next: () => undefined, complete: () => undefined, error }),
  );
  await expect(streamed).rejects.toThrow('Streams are not supported');
  const items = { subscribe: () => ({ dispose: () => undefined }) };
  await expect(connection.invoke('Upload', items)).rejects.toThrow('Streams are not supported');
});
