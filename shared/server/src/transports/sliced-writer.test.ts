import { expect, test } from 'vitest';
import { MAXIMUM_SLICE, SlicedWriter } from './sliced-writer.ts';

/** A sink whose reader takes bytes when the test says so. */
function createSink() {
  const written: number[] = [];
  return {
    written,
    writableLength: 0,
    write(bytes: Uint8Array) {
      written.push(bytes.length);
      this.writableLength += bytes.length;
    },
  };
}

test('small buffers are written as they are', () => {
  const sink = createSink();
  const writer = new SlicedWriter(sink);
  writer.write(Buffer.alloc(10));
  writer.write(Buffer.alloc(20));
  expect(sink.written).toEqual([10, 20]);
  expect(writer.unsentBytes).toBe(30);
});

test('a large buffer is written in slices, one per drain', () => {
  const sink = createSink();
  const writer = new SlicedWriter(sink);
  const length = 3 * MAXIMUM_SLICE + 1;
  writer.write(Buffer.alloc(length));
  writer.write(Buffer.alloc(5));
  let isEmpty = false;
  writer.whenEmpty(() => {
    isEmpty = true;
  });
  const unsent: number[] = [];
  while (!isEmpty) {
    unsent.push(writer.unsentBytes);
    sink.writableLength = 0;
    writer.continue();
  }
  expect(sink.written).toEqual([MAXIMUM_SLICE, MAXIMUM_SLICE, MAXIMUM_SLICE, 1, 5]);
  expect(unsent).toEqual([0, 1, 2].map((count) => length + 5 - count * MAXIMUM_SLICE));
});
