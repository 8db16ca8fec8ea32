import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { ProtocolError } from '../index.ts';
import { checkMessagePack, valueEnd } from './safe-message-pack.ts';

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

/** The size of the length after a head, and the bytes that follow for a length of 2. */
function bodyOf(head: number): { length: number[]; body: number } | undefined {
  if (head < 0x80 || head >= 0xe0) return { length: [], body: 0 };
  if (head < 0x90) return { length: [], body: 2 * (head & 0x0f) };
  if (head < 0xa0) return { length: [], body: head & 0x0f };
  if (head < 0xc0) return { length: [], body: head & 0x1f };
  const sized: Record<number, [number, number]> = {
    0xc4: [1, 2],
    0xc5: [2, 2],
    0xc6: [4, 2],
    0xc7: [1, 3],
    0xc8: [2, 3],
    0xc9: [4, 3],
    0xd9: [1, 2],
    0xda: [2, 2],
    0xdb: [4, 2],
    0xdc: [2, 2],
    0xdd: [4, 2],
    0xde: [2, 4],
    0xdf: [4, 4],
  };
  const entry = sized[head];
  if (entry !== undefined) {
    const [size, body] = entry;
    return { length: [...Array<number>(size - 1).fill(0), 2], body };
  }
  const fixed = [0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17];
  const body = fixed[head - 0xc0] ?? -1;
  return body < 0 ? undefined : { length: [], body };
}

test('each head byte is followed by exactly the bytes that the specification names', () => {
  const views = [0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8];
  for (let head = 0; head < 256; head++) {
    const shape = bodyOf(head);
    if (shape === undefined) {
      expect(() => checkMessagePack(bytes(head)), `${head}`).toThrow('never used');
      continue;
    }
    // A 1 is a value of its own, so it can be an item of an array or a byte of a text.
    const value = bytes(head, ...shape.length, ...Array<number>(shape.body).fill(1));
    expect(checkMessagePack(value), `${head}`).toBe(views.includes(head));
    expect(valueEnd(bytes(7, ...value, 7), 1), `${head}`).toBe(value.length + 1);
    if (value.length > 1)
      expect(() => checkMessagePack(value.subarray(0, -1)), `${head}`).toThrow(ProtocolError);
    expect(() => checkMessagePack(bytes(...value, 1)), `${head}`).toThrow(ProtocolError);
  }
});

test('arrays and maps may have 64 levels, and not one more', () => {
  expect(() => checkMessagePack(nest(64))).not.toThrow();
  expect(() => checkMessagePack(nest(65))).toThrow('64');
  const maps = (depth: number): Uint8Array =>
    bytes(...Array.from({ length: depth }, () => [0x81, 0x01]).flat(), 0xc0);
  expect(() => checkMessagePack(maps(64))).not.toThrow();
  expect(() => checkMessagePack(maps(65))).toThrow('64');
  // Empty arrays count as levels too, and arrays next to each other do not.
  const wide = bytes(0xdc, 0, 200, ...Array<number>(200).fill(0x90));
  expect(() => checkMessagePack(wide)).not.toThrow();
});

test('an empty array is a level, and an empty text is none', () => {
  const levels = Array<number>(64).fill(0x91);
  expect(() => checkMessagePack(bytes(...levels, 0xa0))).not.toThrow();
  expect(() => checkMessagePack(bytes(...levels, 0x90))).toThrow('64');
  expect(() => checkMessagePack(bytes(...levels, 0x80))).toThrow('64');
});
