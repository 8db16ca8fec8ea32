import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageType } from '../hub-message.ts';
import { MessagePackHubProtocol } from './message-pack-hub-protocol.ts';

const protocol = new MessagePackHubProtocol();
/** Writes values with the library only. */
const byLibrary = new MessagePackHubProtocol({ payloadSerializer: { decode, encode } });

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(0, 11, 12, 13, 31, 32, 255, 256, 512, 513, 70_000).map((n) => 'a'.repeat(n)),
  fc.constantFrom('ä', '日本', '😀', 'a'.repeat(40) + 'ä', 'ä'.repeat(500)),
);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.nat(70_000),
  fc.maxSafeInteger(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32),
  fc.constantFrom([], {}, { a: 1 }, new Uint8Array(3)),
);

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

test('results and items are written as the library writes them', () => {
  const written: [Uint8Array, Uint8Array][] = [];
  fc.assert(
    fc.property(text, value, (invocationId, result) => {
      const completion = { type: MessageType.Completion, invocationId, hasResult: true, result };
      const item = { type: MessageType.StreamItem, invocationId, item: result };
      for (const message of [completion, item]) {
        const bytes = protocol.writeMessage(message);
        written.push([bytes, new Uint8Array(byLibrary.writeMessage(message))]);
      }
    }),
    { numRuns: 2000 },
  );
  // Compared at the end, because a later message must not change an earlier one.
  for (const [bytes, expected] of written) {
    expect(hex(bytes)).toBe(hex(expected));
  }
});
