import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from './frame-reader.ts';

/** Returns an unmasked frame of a server. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(0x81, length), payload]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  header[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

test('the messages of frames of all sizes are read, wherever the chunks end', () => {
  const texts = ['a', 'b'.repeat(200), `${'c'.repeat(70_000)}`, 'd'];
  const bytes = Buffer.concat([
    frame(`${texts[0]}\u001e${texts[1]}\u001e`),
    frame(`${texts[2]}\u001e`),
    frame('d'),
    frame('\u001e'),
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const lengths: number[] = [];
      const heads: string[] = [];
      const reader = new FrameReader((head, length) => {
        heads.push(head.slice(0, 1));
        lengths.push(length);
      });
      const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
      let start = 0;
      for (const end of ends) {
        reader.read(bytes.subarray(start, end));
        start = end;
      }
      expect(lengths).toEqual(texts.map(({ length }) => length));
      expect(heads).toEqual(['a', 'b', 'c', 'd']);
    }),
    { numRuns: 100, seed: 22 },
  );
});
