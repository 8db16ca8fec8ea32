import { expect, test } from 'vitest';
import {
  HandshakeReader,
  MessageTooLargeError,
  ProtocolError,
  writeHandshakeResponse,
} from './index.ts';
import { TextEncoder } from './text-encoding.ts';

const RS = '\u001e';
const handshake = `{"protocol":"json","version":1}${RS}`;
const request = { protocol: 'json', version: 1 };

test('bytes after the handshake in the same chunk are returned', () => {
  expect(new HandshakeReader(100).read(`${handshake}rest`)).toEqual({ request, rest: 'rest' });
  const bytes = Uint8Array.from(`${handshake}ab`, (character) => character.charCodeAt(0));
  expect(new HandshakeReader(100).read(bytes)).toEqual({
    request,
    rest: Uint8Array.from([97, 98]),
  });
});

test('a handshake may arrive in chunks of any size', () => {
  const reader = new HandshakeReader(100);
  for (const character of handshake.slice(0, -1)) expect(reader.read(character)).toBeUndefined();
  expect(reader.read(RS)?.request).toEqual(request);
});

test.each([
  'nonsense',
  '[]',
  'null',
  '1',
  '{}',
  '{"protocol":1,"version":1}',
  '{"protocol":"json"}',
  '{"protocol":"json","version":"1"}',
  '{"protocol":"json","version":1.5}',
  '{"protocol":"json","version":1.0}',
  '{"protocol":"json","version":1e0}',
  '{"protocol":"json","version":3000000000}',
  '{"protocol":"\\ud800","version":1}',
  '{"protocol":null,"version":1}',
])('%s is refused', (text) => {
  expect(() => new HandshakeReader(100).read(text + RS)).toThrow(ProtocolError);
});

test.each([
  '{"protocol":"json","version":1} trailing',
  '{"protocol":"xml","version":2,"protocol":"json","version":1}',
])('%s is accepted', (text) => {
  expect(new HandshakeReader(100).read(text + RS)?.request).toEqual(request);
});

test.each([0, -1])('version %d is read', (version) => {
  const text = `{"protocol":"json","version":${version}}${RS}`;
  expect(new HandshakeReader(100).read(text)?.request).toEqual({ protocol: 'json', version });
});

test('a handshake over the limit is refused, also in several chunks', () => {
  expect(() => new HandshakeReader(10).read(handshake)).toThrow(ProtocolError);
  const reader = new HandshakeReader(10);
  reader.read('12345678');
  expect(() => reader.read('901')).toThrow(ProtocolError);
});

test('answers', () => {
  expect(writeHandshakeResponse()).toBe(`{}${RS}`);
  expect(writeHandshakeResponse('no "x"')).toBe(`{"error":"no \\"x\\""}${RS}`);
  expect(writeHandshakeResponse('\u2028😀é')).toBe(`{"error":"\\u2028\\uD83D\\uDE00é"}${RS}`);
});

test.each(['{"protocol":"€😀ß","version":1}', '{"protocol":"json","version":1}'])(
  'the limit of a handshake is its bytes of UTF-8 with the separator, exactly: %s',
  (text) => {
    const bytes = new TextEncoder().encode(text + RS);
    const { length } = bytes;
    const half = Math.floor(length / 2);
    const inputs: (string | Uint8Array)[][] = [
      [text + RS],
      [bytes],
      [bytes.subarray(0, half), bytes.subarray(half)],
      [`${text}${RS}rest`],
    ];
    for (const chunks of inputs) {
      const read = (limit: number) => {
        const reader = new HandshakeReader(limit);
        return chunks.map((chunk) => reader.read(chunk)).at(-1)?.request.version;
      };
      expect(read(length)).toBe(1);
      expect(() => read(length - 1)).toThrow(MessageTooLargeError);
    }
    const unfinished = bytes.subarray(0, length - 1);
    expect(new HandshakeReader(length - 1).read(unfinished)).toBeUndefined();
    expect(() => new HandshakeReader(length - 2).read(unfinished)).toThrow(MessageTooLargeError);
  },
);

test('a handshake without a limit may have any size', () => {
  const text = `{"protocol":"${'a'.repeat(100_000)}","version":1}${RS}`;
  expect(new HandshakeReader(undefined).read(text)?.request.version).toBe(1);
  expect(new HandshakeReader(undefined).read(text.slice(0, -1))).toBeUndefined();
});

test('bytes that are not UTF-8 are not a handshake, and a byte order mark is no white space', () => {
  const invalid = Uint8Array.of(0xff, 0x1e);
  expect(() => new HandshakeReader(100).read(invalid)).toThrow(ProtocolError);
  const name = new TextEncoder().encode(handshake);
  name[13] = 0xff;
  expect(() => new HandshakeReader(100).read(name)).toThrow(ProtocolError);
  const marked = new TextEncoder().encode(`\ufeff${handshake}`);
  expect(() => new HandshakeReader(100).read(marked)).toThrow(ProtocolError);
});

test('an incomplete handshake is refused with the missing member and the text', () => {
  const read = (text: string) => () => new HandshakeReader(100).read(text + RS);
  expect(read('{"version":1}')).toThrow(/protocol.*\{"version":1\}/);
  expect(read('{"protocol":"json"}')).toThrow(/version.*\{"protocol":"json"\}/);
  expect(read('{"protocol":"json","x":{"version":1},"version":2}')()?.request.version).toBe(2);
});

test('an empty handshake ends at its separator', () => {
  expect(() => new HandshakeReader(100).read(RS)).toThrow(ProtocolError);
  expect(() => new HandshakeReader(100).read(Uint8Array.of(0x1e))).toThrow(ProtocolError);
});

test('an answer escapes what .NET escapes', () => {
  expect(writeHandshakeResponse('\u007f\ue000')).toBe(`{"error":"\\u007F\\uE000"}${RS}`);
});

test.each<[string, number]>([
  ['in the chunk of the handshake', 0],
  ['in the chunk of its last byte', handshake.length - 1],
])('data of any size and format may follow %s', (_where, at) => {
  const bytes = new TextEncoder().encode(handshake);
  const rest = new Uint8Array(1000).fill(0xff); // no UTF-8
  const chunk = new Uint8Array([...bytes.subarray(at), ...rest]);
  const reader = new HandshakeReader(bytes.length);
  if (at > 0) expect(reader.read(bytes.subarray(0, at))).toBeUndefined();
  expect(reader.read(chunk)).toEqual({ request, rest });
});

test.each<[string, (text: string) => string | Uint8Array]>([
  ['text', (text) => text],
  ['bytes', (text) => new TextEncoder().encode(text)],
])('the error of a handshake in %s does not show what follows it', (_kind, encode) => {
  const read = () => new HandshakeReader(1000).read(encode(`{"version":1}${RS}a secret`));
  expect(read).toThrow('{"version":1}');
  expect(read).not.toThrow('a secret');
});
