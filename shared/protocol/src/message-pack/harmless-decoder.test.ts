import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { ProtocolError } from '../index.ts';
import { convertKey, decodeHarmless } from './harmless-decoder.ts';

test.each(['__proto__', '__proto_', '__proto___', '__prota__', 'prototype', 'a', 'ß€😀'])(
  'only the key __proto__ is removed: %s',
  (key) => {
    // Twice, because the decoder may cache keys.
    for (let i = 0; i < 2; i++) {
      const inner = new Map([
        [key, 1],
        ['b', 2],
      ]);
      const value = {
        list: [Object.fromEntries(inner), null, 'x'],
        own: Object.fromEntries(inner),
      };
      const bytes = encode(value);
      const expected = key === '__proto__' ? { b: 2 } : { [key]: 1, b: 2 };
      expect(decodeHarmless(bytes)).toEqual({ list: [expected, null, 'x'], own: expected });
    }
  },
);

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

test('the key __proto__ is removed at each depth', () => {
  // { a: [ { __proto__: { x: 1 }, y: 2 } ] }
  const hex = '81a1619182a95f5f70726f746f5f5f81a17801a17902';
  const value = decodeHarmless(bytesOf(hex));
  expect(value).toEqual({ a: [{ y: 2 }] });
  expect(Object.getPrototypeOf((value as { a: object[] }).a[0])).toBe(Object.prototype);
});

test('bytes and dates stay what they are', () => {
  const value = { bytes: Uint8Array.of(1, 2), date: new Date(5), nothing: null };
  expect(decodeHarmless(encode(value))).toEqual(value);
});

test('keys of plain types become names, and others are refused', () => {
  for (const key of [1, true, null, undefined, 'a']) expect(convertKey(key)).toBe(String(key));
  for (const key of [{}, [], new Date(0)]) expect(() => convertKey(key)).toThrow(ProtocolError);
  expect(() => decodeHarmless(Uint8Array.of(0xc1))).toThrow(ProtocolError);
});
