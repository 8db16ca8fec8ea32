import { MAXIMUM_FRAME_SIZE, writeServiceMessage } from '@practical-signalr/azure/service-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../index.ts';
import { connectServer, RawServer } from '../testing/raw-server.ts';
import { connectClient, openClient, type ServiceClient } from '../testing/service-client.ts';

let emulator: Emulator;
let good: RawServer;
let client: ServiceClient;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  emulator = await startEmulator({ port: 0, log: (line) => lines.push(line) });
  good = await connectServer(emulator.url, 'chat', 'good');
  client = await connectClient(emulator.url);
});
afterEach(() => emulator.close());

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const join = writeServiceMessage({ type: 18, connectionId: 'x', groupName: 'g', ackId: 1 });
/** Returns the length prefix of a frame. */
function varint(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

async function othersAreUnharmed(): Promise<void> {
  await expect
    .poll(() => [...(emulator.hubs.get('chat')?.servers ?? [])].map(({ serverId }) => serverId))
    .toEqual(['good']);
  await expect.poll(() => emulator.status().openConnections).toBe(2);
  client.records.length = 0;
  good.send({ type: 10, excludedList: [], payloads: new Map([['json', 'still here\u001e']]) });
  await expect.poll(() => client.records).toEqual(['still here']);
}

test.each<[string, Buffer]>([
  ['a length that does not end', hex('ffffffffff')],
  ['a frame over the limit, by its length alone', varint(MAXIMUM_FRAME_SIZE + 1)],
  ['a frame without a type', hex('0190')],
  ['a frame that is not an array', hex('02a161')],
  ['a message that ends before its last item', hex('04940a9080')],
  ['a count that is larger than the rest of the frame', hex('06dd7fffffff06')],
  ['text', Buffer.from('GET / HTTP/1.1\r\n'.repeat(9))],
])('%s closes the server connection', async (_what, bytes) => {
  const bad = await connectServer(emulator.url, 'chat', 'bad');
  bad.webSocket.send(Buffer.concat([bytes, join]));
  await bad.closed;
  await othersAreUnharmed();
});

test('an incomplete frame does not affect other connections', async () => {
  const bad = await connectServer(emulator.url, 'chat', 'bad');
  bad.webSocket.send(join.subarray(0, join.length - 2));
  good.send({ type: 10, excludedList: [], payloads: new Map([['json', 'x\u001e']]) });
  await expect.poll(() => client.records).toEqual(['x']);
  bad.webSocket.terminate();
  await bad.closed;
  await othersAreUnharmed();
});

test('frames may be split and joined at any byte', async () => {
  const server = await connectServer(emulator.url, 'chat', 'split');
  for (const byte of join) server.webSocket.send(Buffer.of(byte));
  server.webSocket.send(Buffer.concat([join, join]));
  await expect.poll(() => server.of(20)).toHaveLength(3);
});

test('a missing handshake and an unknown version are answered with an error, then closed', async () => {
  for (const [first, text] of [
    [join, 'must start with a handshake'],
    [
      writeServiceMessage({
        type: 1,
        version: 9,
        connectionType: 0,
        target: '',
        migrationLevel: 0,
      }),
      'version 9',
    ],
  ] as const) {
    const bad = new RawServer(emulator.url, 'chat', 'bad');
    bad.webSocket.removeAllListeners('open');
    bad.webSocket.on('open', () => bad.webSocket.send(first));
    await bad.closed;
    expect(bad.of(2)[0]?.errorMessage).toContain(text);
  }
  await othersAreUnharmed();
});

test('messages after a refused handshake in the same chunk are ignored', async () => {
  const bad = new RawServer(emulator.url, 'chat', 'bad');
  const handshake = (version: number): Buffer =>
    writeServiceMessage({ type: 1, version, connectionType: 0, target: '', migrationLevel: 0 });
  bad.webSocket.removeAllListeners('open');
  bad.webSocket.on('open', () => bad.webSocket.send(Buffer.concat([handshake(9), handshake(1)])));
  await bad.closed;
  expect(lines.join('\n')).not.toContain('Server bad');
  await othersAreUnharmed();
});

test('a client whose server is lost before the handshake response starts again on the next server', async () => {
  const mute = new RawServer(emulator.url, 'chat', 'mute');
  mute.webSocket.removeAllListeners('open').removeAllListeners('message');
  mute.webSocket.on('open', () =>
    mute.send({ type: 1, version: 1, connectionType: 0, target: '', migrationLevel: 2 }),
  );
  const hub = emulator.hubs.get('chat');
  await expect.poll(() => hub?.servers.size).toBe(2);
  const waiting = await openClient(emulator.url);
  waiting.webSocket.send('{"protocol":"json","version":1}\u001e');
  await expect.poll(() => hub?.clients.get(waiting.id)?.server?.serverId).toBe('mute');
  mute.webSocket.terminate();
  await expect.poll(() => waiting.records).toEqual(['{}']);
  const headers = good.of(4).find(({ connectionId }) => connectionId === waiting.id)?.headers;
  expect([...(headers?.keys() ?? [])]).not.toContain('Asrs-Migrate-From');
});

test('a partial message over 16 MB closes its client only', async () => {
  const part = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 17; i++) {
    good.send({ type: 6, connectionId: client.id, payload: part, ext: { partial: true } });
  }
  await client.closed;
  await expect.poll(() => good.of(5).map(({ connectionId }) => connectionId)).toEqual([client.id]);
  expect(emulator.hubs.get('chat')?.servers.size).toBe(1);
});
