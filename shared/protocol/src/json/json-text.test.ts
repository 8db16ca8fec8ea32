import { expect, test } from 'vitest';
import { ProtocolError } from '../index.ts';
import { TextEncoder } from '../text-encoding.ts';
import { JsonText, utf8Length } from './json-text.ts';
import { makeHarmless, MAXIMUM_DEPTH } from './safe-json.ts';

/** Code points at the borders of the lengths of UTF-8. */
const borders = [0, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000];

test.each([...borders, 0x10ffff])('the code point %d is counted and described as UTF-8', (code) => {
  const character = String.fromCodePoint(code);
  const bytes = new TextEncoder().encode(character);
  expect(utf8Length(character)).toBe(bytes.length);
  expect(utf8Length(`a${character}b${character}`)).toBe(2 * bytes.length + 2);
  const hex = `0x${(bytes[0] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
  expect(new JsonText(`ab${character}`).describe(2)).toBe(
    code >= 0x20 && code < 0x7f ? character : hex,
  );
});

test('the end of a text is described as a zero byte', () => {
  expect(new JsonText('').describe(0)).toBe('0x00');
});

test('an error names the line and the byte in it, counted from 0', () => {
  const text = new JsonText('{\n"€":\n\n"ß",x}');
  const messageAt = (index: number): string => text.createError('wrong.', index).message;
  expect(messageAt(0)).toContain('LineNumber: 0 | BytePositionInLine: 0');
  expect(messageAt(1)).toContain('LineNumber: 0 | BytePositionInLine: 1');
  expect(messageAt(2)).toContain('LineNumber: 1 | BytePositionInLine: 0');
  expect(messageAt(4)).toContain('LineNumber: 1 | BytePositionInLine: 4');
  expect(messageAt(12)).toContain('LineNumber: 3 | BytePositionInLine: 5');
});

/** Returns arrays in arrays, or objects in objects. */
function nest(depth: number, wrap: (value: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

test.each([
  ['arrays', (value: unknown) => [null, value, undefined]],
  ['objects', (value: unknown) => ({ a: null, b: value })],
])('%s may have 64 levels with those around them, and not one more', (_name, wrap) => {
  for (const outer of [0, 2, 64]) {
    expect(() => makeHarmless(nest(MAXIMUM_DEPTH - outer, wrap), outer)).not.toThrow();
    expect(() => makeHarmless(nest(MAXIMUM_DEPTH - outer + 1, wrap), outer)).toThrow(ProtocolError);
  }
});

test('values without members are harmless', () => {
  for (const value of [null, undefined, 1, 'a', true]) makeHarmless(value, MAXIMUM_DEPTH);
});

test('__proto__ is removed in arrays and objects, and nothing else is changed', () => {
  const text =
    '[{"__proto__":1,"a":[{"__proto__":{},"b":[[{"__proto__":[]}]]}]},{"proto":null},"__proto__"]';
  const value: unknown = JSON.parse(text);
  makeHarmless(value, 0);
  expect(JSON.stringify(value)).toBe('[{"a":[{"b":[[{}]]}]},{"proto":null},"__proto__"]');
  const own = Object.freeze({ a: 1 });
  expect(() => makeHarmless(own, 0)).not.toThrow();
});
