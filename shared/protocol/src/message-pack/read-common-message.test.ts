import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHarmless } from './harmless-decoder.ts';
import { readCommonMessage } from './read-common-message.ts';
import { readInOrder } from './read-in-order.ts';

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('a'.repeat(31), 'a'.repeat(32), 'a'.repeat(255), 'a'.repeat(256)),
);
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer(),
  fc.nat(300),
  fc.maxSafeInteger(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, [], {}, new Uint8Array([1, 2, 3]), new Date(0)),
  fc.dictionary(fc.string({ maxLength: 5 }), fc.nat()),
);
const id = fc.oneof(fc.string({ maxLength: 4 }), text, fc.constant(null));
const values = fc.array(value, { maxLength: 17 });
const ids = fc.array(text, { maxLength: 3 });

/** Messages as clients write them, valid and invalid. */
const message = fc.oneof(
  fc.tuple(fc.constantFrom(1, 4), fc.constant({}), id, text, values),
  fc.tuple(fc.constantFrom(1, 4), fc.constant({}), id, text, values, ids),
  fc.tuple(fc.constant(1), fc.constant({ header: 'x' }), id, text, values, ids),
  fc.tuple(fc.constant(2), fc.constant({}), id, value),
  fc.tuple(fc.constant(3), fc.constant({}), id, fc.constantFrom(2, 4)),
  fc.tuple(fc.constant(3), fc.constant({}), id, fc.constantFrom(1, 2, 3), value),
  fc.constantFrom([6], [5, {}, '1'], [7, null], [8, 1], [9, 300], []),
);

/** Returns what a reader returns, or the error that it throws. */
function outcome(read: () => unknown): unknown {
  try {
    return { message: read() };
  } catch (error) {
    return { error };
  }
}

const read = (bytes: Uint8Array): unknown => readInOrder(new Uint8Array(bytes), decodeHarmless);

test('a common message is read as the slower reader reads it', () => {
  let commonMessages = 0;
  fc.assert(
    fc.property(message, (members) => {
      const bytes = encode(members);
      const common = readCommonMessage(bytes, undefined);
      if (common === undefined) return;
      commonMessages++;
      expect({ message: common }).toEqual(outcome(() => read(bytes)));
    }),
    { numRuns: 2000 },
  );
  expect(commonMessages).toBeGreaterThan(200);
});

test('changed, missing and additional bytes are never read in another way', () => {
  const change = fc.record({ at: fc.nat(60), byte: fc.nat(255), end: fc.nat(3) });
  fc.assert(
    fc.property(message, change, (members, { at, byte, end }) => {
      const encoded = encode(members);
      const changed = new Uint8Array(encoded.length + 1);
      changed.set(encoded);
      if (at < encoded.length) changed[at] = byte;
      const bytes = changed.subarray(0, changed.length - end);
      if (bytes.length === 0) return;
      const common = readCommonMessage(bytes, undefined);
      if (common === undefined) return;
      expect({ message: common }).toEqual(outcome(() => read(bytes)));
    }),
    { numRuns: 3000 },
  );
});

test('the usual calls, items and results need no other reader', () => {
  const usual = [
    [1, {}, '15', 'Echo', ['x'.repeat(100)], []],
    [1, {}, null, 'Send', [1, -1, 70_000, true, null, 1.5, { a: [1] }, new Uint8Array(3)]],
    [4, {}, '1', 'Stream', [10], ['u']],
    [2, {}, '1', { price: 1 }],
    [3, {}, '1', 3, 'result'],
    [3, {}, '1', 2],
    [6],
  ];
  for (const members of usual) expect(readCommonMessage(encode(members), undefined)).toBeDefined();
});

test('binaries are copies, because the next chunk may replace the bytes of this one', () => {
  const bytes = encode([1, {}, null, 'Send', [new Uint8Array([1, 2, 3])], []]);
  const common = readCommonMessage(bytes, undefined);
  bytes.fill(0);
  expect(common).toMatchObject({ arguments: [new Uint8Array([1, 2, 3])] });
});
