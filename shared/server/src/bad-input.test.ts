import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Hub } from './index.ts';
import { RawClient } from './testing/raw-client.ts';
import { testServer, type TestServer } from './testing/index.ts';
import { TestTimeout } from './testing/test-timeout.ts';

class EchoHub extends Hub {
  echo(text: unknown): unknown {
    return text;
  }
  get secret(): string {
    return 'accessor';
  }
  async flood(count: number, text: string): Promise<number> {
    for (let i = 0; i < count; i++) await this.clients.all.send('m', text);
    return count;
  }
}

const RS = '\u001e';
const HANDSHAKE = `{"protocol":"json","version":1}${RS}`;
const call = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args }) + RS;
const closed = '{"type":7,"error":"Connection closed with an error.","allowReconnect":true}';

let server: TestServer;
let handshakeTimeout: TestTimeout;
let sendTimeout: TestTimeout;
let url: string;
let witness: RawClient;
const logged: unknown[] = [];
beforeAll(async () => {
  handshakeTimeout = new TestTimeout();
  sendTimeout = new TestTimeout();
  const log = (...details: unknown[]): void => void logged.push(details);
  const logger = { debug: log, info: log, warn: log, error: log };
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', EchoHub, {
        methods: ['echo', 'flood'],
        handshakeTimeout: handshakeTimeout.ms,
        sendTimeout: sendTimeout.ms,
      }),
    { logger },
  );
  url = `${server.url}/hub`;
  witness = await RawClient.connect(url);
});
afterEach(async () => {
  // Whatever happened to one connection, another is still served.
  witness.send(call('w', 'Echo', 'still here'));
  let record: string | undefined;
  do record = await witness.next();
  while (record?.includes('"target":"m"') === true);
  expect(record).toBe('{"type":3,"invocationId":"w","result":"still here"}');
});
afterAll(async () => {
  await server.close();
  sendTimeout[Symbol.dispose]();
  handshakeTimeout[Symbol.dispose]();
});

const failedHandshake = '{"error":"An unexpected error occurred during connection handshake."}';
test.each([
  ['missing', undefined, '{"error":"Handshake was canceled."}'],
  ['without a separator', '{"protocol":"json","version":1}', '{"error":"Handshake was canceled."}'],
  [
    'an unknown protocol',
    `{"protocol":"xml","version":1}${RS}`,
    `{"error":"The protocol 'xml' is not supported."}`,
  ],
  [
    'a wrong version',
    `{"protocol":"json","version":99}${RS}`,
    `{"error":"The server does not support version 99 of the 'json' protocol."}`,
  ],
  ['not JSON', `nonsense${RS}`, failedHandshake],
  ['null', `null${RS}`, failedHandshake],
  ['nested too deeply', `${'['.repeat(20_000)}${RS}`, failedHandshake],
  [
    'too much',
    `{"protocol":"json","version":1,"x":"${'x'.repeat(40_000)}"}${RS}`,
    '{"error":"Handshake was canceled."}',
  ],
])('a handshake that is %s is refused with an error', async (_name, sent, answer) => {
  const client = await RawClient.open(url);
  if (sent !== undefined) client.send(sent);
  const end = handshakeTimeout.elapseUntil(client.end());
  expect(await end).toEqual({ records: [answer], code: 1000 });
});

test('a handshake may arrive byte by byte, followed by two calls in the same frame', async () => {
  const client = await RawClient.open(url);
  for (const character of HANDSHAKE) client.send(character);
  client.send(call('1', 'Echo', 1) + call('1', 'echo', 2));
  expect([await client.next(), await client.next(), await client.next()]).toEqual([
    '{}',
    '{"type":3,"invocationId":"1","result":1}',
    '{"type":3,"invocationId":"1","result":2}',
  ]);
  client.close();
});

test.each([
  ['not JSON', `nonsense${RS}`],
  ['empty', RS],
  ['an array', `[1]${RS}`],
  ['null', `null${RS}`],
  ['of a type that is a string', `{"type":"1","target":"Echo","arguments":[]}${RS}`],
  ['with a target that is a number', `{"type":1,"target":1,"arguments":[]}${RS}`],
  ['with an id that is null', `{"type":1,"invocationId":null,"target":"Echo","arguments":[]}${RS}`],
  ['with arguments that are a string', `{"type":1,"target":"Echo","arguments":"x"}${RS}`],
  [
    'stream ids that are numbers',
    `{"type":1,"target":"Echo","arguments":[1],"streamIds":[1]}${RS}`,
  ],
  ['with unterminated headers', `{"type":1,"headers":{${RS}`],
  ['with an error that is a number', `{"type":3,"invocationId":"1","error":1}${RS}`],
  [
    'a nest of 10,000 levels',
    `{"type":1,"invocationId":"1","target":"Echo","arguments":[${'['.repeat(10_000)}${']'.repeat(10_000)}]}${RS}`,
  ],
  ['over the limit', call('1', 'Echo', 'x'.repeat(33_000))],
  ['over the limit and unterminated', 'x'.repeat(40_000)],
  ['not UTF-8', Buffer.from([0xff, 0xfe, 0x1e])],
])('a message that is %s closes its connection', async (_name, sent) => {
  const client = await RawClient.connect(url);
  client.send(sent);
  expect(await client.end()).toEqual({ records: [closed], code: 1000 });
});

test('a text frame that is not UTF-8 closes the connection with the code of RFC 6455', async () => {
  const client = await RawClient.connect(url);
  client.webSocket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect((await client.end()).code).toBe(1007);
});

test.each([
  ['an unknown type', `{"type":99}${RS}`],
  ['a completion of no invocation', `{"type":3,"invocationId":"7","result":1}${RS}`],
  ['an item of no stream', `{"type":2,"invocationId":"7","item":1}${RS}`],
  ['a cancellation of no stream', `{"type":5,"invocationId":"7"}${RS}`],
])('%s is ignored', async (_name, sent) => {
  const client = await RawClient.connect(url);
  client.send(sent + call('1', 'Echo', 'x'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"x"}');
  client.close();
});

test.each([
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'secret',
  '_private',
  'onConnected',
  'OnDisconnected',
  'clients',
  'context',
  'groups',
  '',
])('%j cannot be called', async (target) => {
  const client = await RawClient.connect(url);
  client.send(call('1', target));
  expect(await client.next()).toBe(
    `{"type":3,"invocationId":"1","error":"Failed to invoke '${target}' due to an error on the server. HubException: Method does not exist."}`,
  );
  client.close();
});

test('__proto__ is removed from arguments', async () => {
  const client = await RawClient.connect(url);
  client.send(
    `{"type":1,"invocationId":"1","target":"Echo","arguments":[{"__proto__":{"admin":true},"a":[{"__proto__":1}]}]}${RS}`,
  );
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":{"a":[{}]}}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  client.close();
});

test('a JSON message in binary frames is accepted, also if a frame ends within a character', async () => {
  const client = await RawClient.connect(url);
  const bytes = Buffer.from(call('1', 'Echo', 'ß'));
  const cut = bytes.indexOf(0xc3) + 1;
  client.send(bytes.subarray(0, cut));
  client.send(bytes.subarray(cut));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"ß"}');
  client.close();
});

test('upgrades with an unknown id, an id in use or an unmapped path are refused', async () => {
  await expect(RawClient.open(`${url}?id=wrong`)).rejects.toThrow('status 404');
  await expect(RawClient.open(`${server.url}/elsewhere`)).rejects.toThrow('status 404');
  const response = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  const first = await RawClient.open(`${url}?id=${connectionToken}`);
  await expect(RawClient.open(`${url}?id=${connectionToken}`)).rejects.toThrow('status 409');
  first.close();
});

test('a thousand half-open connections are removed, and the server still responds', async () => {
  const clients = await Promise.all(Array.from({ length: 1000 }, () => RawClient.open(url)));
  const ends = await handshakeTimeout.elapseUntil(
    Promise.all(clients.map((client) => client.end())),
  );
  expect(ends.every((end) => end.code === 1000)).toBe(true);
});

test('a client that never reads is closed after the send timeout, without delaying senders or keeping memory', async () => {
  const deaf = await RawClient.connect(url);
  (deaf.webSocket as unknown as { _socket: { pause(): void } })._socket.pause();
  const sender = await RawClient.connect(url);
  sender.send(call('f', 'Flood', 400, 'x'.repeat(30_000)));
  const answer = async (): Promise<string | undefined> => {
    let record = await sender.next();
    while (record?.includes('"target":"m"') === true) record = await sender.next();
    return record;
  };
  expect(await sendTimeout.elapseUntil(answer())).toBe(
    '{"type":3,"invocationId":"f","result":400}',
  );
  expect(
    logged.flat().filter((text) => String(text).includes('does not read its messages')),
  ).toHaveLength(1);
  deaf.close();
  sender.close();
});

test('ten thousand calls in one frame are answered in order', async () => {
  const client = await RawClient.connect(url);
  client.send(Array.from({ length: 10_000 }, (_, i) => call(String(i), 'Echo', i)).join(''));
  for (let i = 0; i < 10_000; i++)
    expect(await client.next()).toBe(`{"type":3,"invocationId":"${i}","result":${i}}`);
  client.close();
});

test('hub messages of the maximum size may share one WebSocket message of any size', async () => {
  const client = await RawClient.connect(url);
  const overhead = call('10', 'Echo', '').length;
  const text = 'x'.repeat(32_768 - overhead);
  const calls = Array.from({ length: 90 }, (_, i) => call(String(10 + i), 'Echo', text));
  expect(new Set(calls.map((sent) => sent.length))).toEqual(new Set([32_768]));
  client.send(calls.join(''));
  for (let i = 0; i < calls.length; i++)
    expect(await client.next()).toContain(`"invocationId":"${10 + i}","result"`);
  client.send(`${calls.join('')}${call('100', 'Echo', text)}`);
  for (let i = 0; i < calls.length; i++)
    expect(await client.next()).toContain(`"invocationId":"${10 + i}","result"`);
  expect(await client.next()).toBe(closed);
  client.close();
});
