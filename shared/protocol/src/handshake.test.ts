import { expect, test } from 'vitest';
import { HandshakeReader, ProtocolError, writeHandshakeResponse } from './index.ts';

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
