import { expect, test } from 'vitest';
import { MessageTooLargeError, ProtocolError, TextRecordReader } from '../index.ts';
import { TextEncoder } from '../text-encoding.ts';

const RS = '\u001e';
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(chunks: readonly (string | Uint8Array)[], limit?: number): string[] {
  const records: string[] = [];
  const reader = new TextRecordReader(limit);
  for (const chunk of chunks) reader.read(chunk, (record) => records.push(record));
  return records;
}

test.each(['abc', 'ßßß', '€€€', '😀😀', 'a€😀'])(
  'the limit of a record is its bytes of UTF-8 with the separator, exactly: %j',
  (text) => {
    const length = encode(text).length + 1;
    for (const chunks of [[text + RS], [text, RS], [`x${RS}${text}${RS}`]]) {
      expect(read(chunks, length).at(-1)).toBe(text);
      expect(() => read(chunks, length - 1)).toThrow(MessageTooLargeError);
    }
    expect(read([`${text}${RS}`.repeat(5)], length)).toHaveLength(5);
  },
);

test('a record that does not end is refused when its characters exceed the limit', () => {
  expect(read(['a'.repeat(10)], 10)).toEqual([]);
  expect(() => read(['a'.repeat(11)], 10)).toThrow(MessageTooLargeError);
  expect(() => read(['a'.repeat(5), 'b'.repeat(6)], 10)).toThrow(MessageTooLargeError);
});

test('a record without a limit may have any size', () => {
  expect(read(['a'.repeat(100_000) + RS])).toHaveLength(1);
});

test('chunks of one byte give the same records, also within a character', () => {
  const text = `a€😀${RS}${RS}b${RS}rest`;
  const bytes = Array.from(encode(text), (byte) => Uint8Array.of(byte));
  expect(read(bytes)).toEqual(['a€😀', '', 'b']);
  expect(read(Array.from(text))).toEqual(['a€😀', '', 'b']);
});

test('the rest is taken out once', () => {
  const reader = new TextRecordReader(100);
  reader.read(`a${RS}bc`, () => undefined);
  expect([reader.takeRest(), reader.takeRest()]).toEqual(['bc', '']);
});

test('bytes that are not UTF-8 are refused, and a byte order mark stays', () => {
  expect(() => read([Uint8Array.of(0xc3, 0x28)])).toThrow(ProtocolError);
  expect(read([encode(`\ufeffa${RS}`)])).toEqual(['\ufeffa']);
});

test('reading stops behind a record if the receiver returns false, and continues with the rest', () => {
  for (const encoded of [(text: string) => text, encode]) {
    const reader = new TextRecordReader(undefined);
    const records: string[] = [];
    const stopAtB = (record: string): unknown => {
      records.push(record);
      return record.endsWith('b') ? false : undefined;
    };
    expect(reader.read(encoded('x'), stopAtB)).toBeUndefined();
    const rest = reader.read(encoded(`a${RS}€b${RS}c${RS}d`), stopAtB);
    expect([rest, records]).toEqual([`c${RS}d`, ['xa', '€b']]);
    expect(reader.read(rest ?? '', stopAtB)).toBeUndefined();
    expect(reader.read(encoded(`b${RS}`), stopAtB)).toBeUndefined();
    expect(records).toEqual(['xa', '€b', 'c', 'db']);
  }
});

test('reading stops behind the record in which the maximum is reached', () => {
  const chunk = `aa${RS}bb${RS}cc${RS}`;
  const restOf = (maximum?: number): string | undefined =>
    new TextRecordReader(undefined).read(chunk, () => true, maximum);
  expect([1, 3, 4, 6, 9, undefined].map(restOf)).toEqual([
    `bb${RS}cc${RS}`,
    `bb${RS}cc${RS}`,
    `cc${RS}`,
    `cc${RS}`,
    undefined,
    undefined,
  ]);
  expect(new TextRecordReader(undefined).read('unfinished', () => true, 1)).toBeUndefined();
});
