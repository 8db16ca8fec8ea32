import { type HubMessage, MessagePackHubProtocol, MessageType } from '@practical-signalr/protocol';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Hub } from './index.ts';
import { testServer, type TestServer } from './testing/index.ts';

class EchoHub extends Hub {
  echo(value: unknown): unknown {
    return value;
  }
  async tellAll(text: string): Promise<void> {
    await this.clients.all.send('Told', text);
  }
}

const messagePack = new MessagePackHubProtocol();
const call = (invocationId: string, target: string, ...args: unknown[]): Uint8Array =>
  messagePack.writeMessage({ type: MessageType.Invocation, invocationId, target, arguments: args });
const result = (invocationId: string, value: unknown): HubMessage => ({
  type: MessageType.Completion,
  invocationId,
  hasResult: true,
  result: value,
});
const closed: HubMessage = {
  type: MessageType.Close,
  error: 'Connection closed with an error.',
  allowReconnect: true,
};

/** A client that shows frames: what each brought, and how it ended. */
class FrameClient {
  readonly webSocket: WebSocket;
  readonly frames: { binary: boolean; data: Buffer }[] = [];
  code: number | undefined;
  #wake = (): void => undefined;

  constructor(url: string) {
    this.webSocket = new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false });
    this.webSocket.on('message', (data: Buffer, binary) => {
      this.frames.push({ binary, data });
      this.#wake();
    });
    this.webSocket.on('close', (code) => {
      this.code = code;
      this.#wake();
    });
  }

  /** Opens and shakes hands; the answer is taken off. */
  static async connect(url: string): Promise<FrameClient> {
    const client = new FrameClient(url);
    await new Promise((resolve) => client.webSocket.once('open', resolve));
    client.webSocket.send('{"protocol":"messagepack","version":1}\u001e');
    expect(await client.frame()).toEqual({ binary: true, data: Buffer.from('{}\u001e') });
    return client;
  }

  async frame(): Promise<{ binary: boolean; data: Buffer } | undefined> {
    while (this.frames.length === 0 && this.code === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.frames.shift();
  }

  /** The messages of the next frame. */
  async messages(): Promise<HubMessage[]> {
    const read: HubMessage[] = [];
    const frame = await this.frame();
    if (frame !== undefined) {
      messagePack.createReader(undefined).read(frame.data, (message) => read.push(message));
      expect(frame.binary).toBe(true);
    }
    return read;
  }
}

let server: TestServer;
let url: string;
let witness: FrameClient;
beforeAll(async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/hub', EchoHub, { methods: ['echo', 'tellAll'] }),
  );
  url = `${server.url}/hub`;
  witness = await FrameClient.connect(url);
});
afterEach(async () => {
  // Whatever happened to one connection, another is still served.
  witness.frames.length = 0;
  witness.webSocket.send(call('w', 'Echo', 'still here'));
  expect(await witness.messages()).toEqual([result('w', 'still here')]);
});
afterAll(() => server.close());

test('results of one event loop turn share a frame, and broadcasts have a frame of their own', async () => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(
    Buffer.concat([call('1', 'Echo', 1), call('2', 'Echo', 2), call('3', 'Echo', 'x'.repeat(200))]),
  );
  expect(await client.messages()).toEqual([
    result('1', 1),
    result('2', 2),
    result('3', 'x'.repeat(200)),
  ]);
  client.webSocket.send(call('4', 'TellAll', 'news'));
  const broadcast: HubMessage = {
    type: MessageType.Invocation,
    target: 'Told',
    arguments: ['news'],
  };
  expect(await client.messages()).toEqual([broadcast]);
  expect(await client.messages()).toEqual([result('4', null)]);
  expect(await witness.messages()).toEqual([broadcast]);
  client.webSocket.terminate();
});

test('values are returned unchanged', async () => {
  const client = await FrameClient.connect(url);
  const values = [
    1,
    -1,
    2 ** 40,
    1.5,
    'ß',
    null,
    [true],
    { A: { b: 1 } },
    Uint8Array.of(1, 2),
    new Date(1_700_000_000_123),
  ];
  client.webSocket.send(call('1', 'Echo', values));
  expect(await client.messages()).toEqual([result('1', values)]);
  client.webSocket.terminate();
});

const framed = (...bytes: number[]): Uint8Array => Uint8Array.of(bytes.length, ...bytes);
/** [1, {}, "1", "Echo", [value]] */
const echo = (...value: number[]): Uint8Array =>
  framed(0x95, 1, 0x80, 0xa1, 0x31, 0xa4, 0x45, 0x63, 0x68, 0x6f, 0x91, ...value);
test.each([
  ['not an array', framed(0x81, 0xa1, 0x61, 1)],
  ['empty', framed()],
  ['over the limit by its length alone', Uint8Array.of(0x80, 0x80, 2)],
  ['two gigabytes by its length', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7)],
  ['over two gigabytes by its length', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 7)],
  ['a call in JSON', `{"type":1,"target":"Echo","arguments":["${'x'.repeat(200)}"]}\u001e`],
])('a message that is %s closes its connection', async (_name, sent) => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(Buffer.concat([call('0', 'Echo', 'before'), Buffer.from(sent)]));
  const messages = [];
  while (client.code === undefined) messages.push(...(await client.messages()));
  expect(messages).toEqual([result('0', 'before'), closed]);
  expect(client.code).toBe(1000);
});

test.each([
  ['an array with a wrong length', echo(0xdd, 0x7f, 0xff, 0xff, 0xff)],
  ['a map with a wrong length', echo(0xdf, 0x7f, 0xff, 0xff, 0xff, 1)],
  ['a string with a wrong length', echo(0xdb, 0x7f, 0xff, 0xff, 0xff)],
  ['bytes with a wrong length', echo(0xc6, 0x7f, 0xff, 0xff, 0xff)],
  ['an extension with a wrong length', echo(0xc9, 0x7f, 0xff, 0xff, 0xff, 5)],
  ['a timestamp with a wrong size', echo(0xd4, 0xff, 1)],
  ['nested 100 levels deep', echo(...Array.from({ length: 100 }, () => 0x91), 0xc0)],
])('an argument that is %s fails its call, and the connection stays open', async (_name, sent) => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(Buffer.concat([Buffer.from(sent), call('2', 'Echo', 'after')]));
  const messages: HubMessage[] = [];
  while (messages.length < 2) messages.push(...(await client.messages()));
  expect(messages).toEqual([
    {
      type: 3,
      invocationId: '1',
      error: "Failed to invoke 'echo' due to an error on the server.",
      hasResult: false,
      result: undefined,
    },
    result('2', 'after'),
  ]);
  client.webSocket.terminate();
});

test('the key __proto__ of a map is left out', async () => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(echo(0x81, 0xa9, ...Buffer.from('__proto__'), 0x80));
  expect(await client.messages()).toEqual([result('1', {})]);
  client.webSocket.terminate();
});

test('an unknown extension is returned unchanged', async () => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(echo(0xd5, 42, 7, 8));
  const answer = (await client.frame())?.data;
  expect(answer?.toString('hex')).toBe('0a950380a13103d52a0708');
  client.webSocket.terminate();
});

test('a message may arrive byte by byte, also in text frames', async () => {
  const client = await FrameClient.connect(url);
  for (const byte of call('1', 'Echo', 'pieces')) {
    client.webSocket.send(Uint8Array.of(byte), { binary: byte > 0x7f });
  }
  expect(await client.messages()).toEqual([result('1', 'pieces')]);
  client.webSocket.terminate();
});

test('ten thousand calls in one frame are answered in order', async () => {
  const client = await FrameClient.connect(url);
  client.webSocket.send(
    Buffer.concat(Array.from({ length: 10_000 }, (_, i) => call(String(i), 'Echo', i))),
  );
  const answers: HubMessage[] = [];
  while (answers.length < 10_000) answers.push(...(await client.messages()));
  expect(answers).toEqual(Array.from({ length: 10_000 }, (_, i) => result(String(i), i)));
  client.webSocket.terminate();
});

test('arguments that are not an array fail their call, and detailed errors say why', async () => {
  await using detailed = await testServer(
    { '/hub': { hub: EchoHub, methods: ['echo', 'tellAll'] } },
    { enableDetailedErrors: true },
  );
  // [1, {}, '1', 'Echo', {}]
  const body = Buffer.from([0x95, 1, 0x80, 0xa1, 0x31, 0xa4, ...Buffer.from('Echo'), 0x80]);
  const errors: unknown[] = [];
  for (const hubUrl of [url, `${detailed.url}/hub`]) {
    const client = await FrameClient.connect(hubUrl);
    client.webSocket.send(Buffer.concat([Uint8Array.of(body.length), body]));
    const [completion] = await client.messages();
    errors.push((completion as { error?: string }).error);
    client.webSocket.close();
  }
  expect(errors).toEqual([
    "Failed to invoke 'echo' due to an error on the server.",
    expect.stringMatching(/ \w+: Reading array length for 'arguments' failed\.$/),
  ]);
});
