import { type HubMessage as OfficialMessage, MessageType } from '@microsoft/signalr';
import { MessagePackHubProtocol as OfficialHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { MessagePackHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { WireLog } from './wire-log.ts';

const official = new OfficialHubProtocol();

/** The decoder of the page. The official client creates the bytes. */
const messagePack = new MessagePackHubProtocol();

function write(message: object): Uint8Array {
  return new Uint8Array(official.writeMessage({ headers: {}, ...message } as OfficialMessage));
}
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const join = (...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(parts.flatMap((part) => [...part]));

test('MessagePack is decoded and paired like JSON, and its handshake is JSON in bytes', () => {
  let now = 0;
  const log = new WireLog(() => now, messagePack);
  log.frame('sent', `{"protocol":"messagepack","version":1}\u001e`);
  now = 2;
  const call = { type: MessageType.Invocation, invocationId: '0', target: 'Add' } as const;
  log.frame('sent', write({ ...call, arguments: [1, 'two', text('four')] }));
  now = 5;
  const completion = {
    type: MessageType.Completion,
    invocationId: '0',
    hasResult: true,
    result: { sum: 3 },
  } as const;
  log.frame(
    'received',
    join(text('{}\u001e'), write({ type: MessageType.Ping }), write(completion)),
  );
  expect(log.entries.map(({ kind, summary, after }) => [kind, summary, after])).toEqual([
    ['handshake', '{"protocol":"messagepack","version":1}', undefined],
    ['invocation 0', 'Add(1, "two", "4 bytes")', undefined],
    ['handshake ok', '{}', undefined],
    ['ping', '{"type":6}', undefined],
    ['completion 0', '{"sum":3}', 3],
  ]);
  expect(log.entries[3]?.encoded).toBe('02 91 06                 ···');
  expect(log.entries[1]?.decoded).toContain('"target": "Add"');
});

test('a message of 123 bytes begins like a brace, but is not a handshake', () => {
  const log = new WireLog(() => 0, messagePack);
  const fill = (length: number): Uint8Array =>
    write({ type: MessageType.Invocation, target: 'A', arguments: ['x'.repeat(length)] });
  let length = 0;
  while (fill(length)[0] !== 0x7b) length++;
  log.frame('sent', fill(length));
  expect(log.entries.map(({ kind, bytes }) => [kind, bytes])).toEqual([['invocation', 124]]);
});

test('decodes messages over 127 bytes and several messages in a frame, and shows invalid bytes', () => {
  const log = new WireLog(() => 0, messagePack);
  const long = write({
    type: MessageType.Invocation,
    target: 'Long',
    arguments: ['x'.repeat(40_000)],
  });
  log.frame('received', join(long, long));
  log.frame('received', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 1]));
  log.frame('received', new Uint8Array([3, 0xc1, 0xc1, 0xc1]));
  expect(log.entries.map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ['invocation', long.length],
    ['invocation', long.length],
    ['bytes', 6],
    ['bytes', 4],
  ]);
  expect(log.entries[0]?.encoded.split('\n').at(-1)).toBe(`… ${long.length - 2048} more bytes`);
  expect(log.entries[3]?.decoded).toBe('"4 bytes"');
});

test('a token in MessagePack is replaced by dots, decoded and in hex', () => {
  const log = new WireLog(() => 0, messagePack);
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
  log.frame('sent', write({ type: MessageType.Invocation, target: 'A', arguments: [token] }));
  const [entry] = log.entries;
  expect(entry?.summary).toBe('A("••••")');
  for (const shown of [entry?.decoded, entry?.encoded, entry?.text])
    expect(shown).not.toMatch(/eyJ|65 79 4a/);
});
