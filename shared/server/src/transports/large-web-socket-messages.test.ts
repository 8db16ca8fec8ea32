import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { JsonHubProtocol } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { clientFrame, CONTINUATION, TEXT } from '../testing/fakes/client-frame.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { RawClient } from '../testing/raw-client.ts';

const LENGTH = 5 * 1024 * 1024;

class LengthHub extends Hub {
  length(text: string): number {
    return text.length;
  }
}

interface LengthContract {
  length(text: string): Promise<number>;
}

let server: TestServer;
let client: RawClient;
beforeEach(async () => {
  server = await testServer({
    '/hub': { hub: LengthHub, methods: ['length'], maximumReceiveMessageSize: LENGTH + 1024 },
    '/default': { hub: LengthHub, methods: ['length'] },
  });
  client = await RawClient.connect(`${server.url}/hub`);
});
afterEach(async () => {
  client.close();
  await server.close();
});

const message = Buffer.from(
  `{"type":1,"invocationId":"1","target":"Length","arguments":["${'x'.repeat(LENGTH)}"]}\u001e`,
);

const split = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );

const socket = (): Socket => (client.webSocket as unknown as { _socket: Socket })._socket;

test('a large message may arrive in fragments of 4 KB, as the .NET client sends it', async () => {
  const parts = split(message, 4096);
  const frames = parts.map((part, i) =>
    clientFrame(i === 0 ? TEXT : CONTINUATION, part, i === parts.length - 1),
  );
  socket().write(Buffer.concat(frames));
  expect(await client.next()).toContain(`"result":${LENGTH}`);
});

test('a large message in one frame may arrive in small packets', async () => {
  for (const packet of split(clientFrame(TEXT, message, true), 1400)) {
    if (!socket().writable) break;
    socket().write(packet);
    // The server reads the packet before the next one.
    await setImmediate();
    await setImmediate();
  }
  expect(await client.next()).toContain(`"result":${LENGTH}`);
});

test.each([
  ['JSON', new JsonHubProtocol()],
  ['MessagePack', new MessagePackHubProtocol()],
])(
  'the calls of one turn, which the client joins into one message of 3 MB, are answered: %s',
  async (_name, protocol) => {
    await using other = await server.connect<LengthContract>('/default', { protocol });
    const texts = Array.from({ length: 100 }, (_, i) => 'x'.repeat(30_000 + i));
    const lengths = await Promise.all(texts.map((text) => other.invoke('length', text)));
    expect(lengths).toEqual(texts.map((text) => text.length));
  },
);
