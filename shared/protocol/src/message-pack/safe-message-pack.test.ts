import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { ProtocolError } from '../index.ts';
import { checkMessagePack } from './safe-message-pack.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const nest = (depth: number): Uint8Array =>
  bytes(...Array.from({ length: depth }, () => 0x91), 0xc0);

test.each([
  ['nothing', bytes()],
  ['a false length of a text', bytes(0xa5, 0x61)],
  ['a false length of an array', bytes(0xdd, 0x7f, 0xff, 0xff, 0xff, 1)],
  ['a false length of a map', bytes(0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1)],
  ['a false length of bytes', bytes(0xc6, 0xff, 0xff, 0xff, 0xff)],
  ['a false length of an extension', bytes(0xc9, 0xff, 0xff, 0xff, 0xff, 1)],
  ['a length that is cut', bytes(0xdc, 0)],
  ['a number that is cut', bytes(0xcb, 0, 0)],
  ['half a map', bytes(0x81, 1)],
  ['a byte that has no meaning', bytes(0xc1)],
  ['bytes that are left over', bytes(1, 1)],
  ['65 levels', nest(65)],
  ['a hundred thousand levels', nest(100_000)],
])('%s is refused', (_what, message) => {
  expect(() => checkMessagePack(message)).toThrow(ProtocolError);
});

test('every kind of value is accepted, and views are reported', () => {
  const values = [
    null,
    true,
    1,
    200,
    60_000,
    70_000,
    2 ** 40,
    -1,
    -100,
    -1000,
    -100_000,
    -(2 ** 40),
    1.5,
    '',
    'a'.repeat(40),
    'a'.repeat(300),
    'a'.repeat(70_000),
    [],
    [[1]],
    {},
    { a: { b: [1] } },
    Array.from({ length: 20 }, () => 1),
    Array.from({ length: 70_000 }, () => 1),
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, i])),
    Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [i, i])),
  ];
  for (const value of [...values, values]) expect(checkMessagePack(encode(value))).toBe(false);
  expect(checkMessagePack(bytes(0xca, 0, 0, 0, 0))).toBe(false);
  for (const size of [1, 300, 70_000])
    expect(checkMessagePack(encode(new Uint8Array(size)))).toBe(true);
  for (const size of [4, 8, 12])
    expect(checkMessagePack(bytes(0xc7, size, 5, ...new Uint8Array(size)))).toBe(true);
  expect(checkMessagePack(encode(new Date(0)))).toBe(true);
  expect(checkMessagePack(nest(64))).toBe(false);
});
