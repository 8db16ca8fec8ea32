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

test('a buffer of exactly 64 KB is written as it is, and one byte more is sliced', () => {
  const sink = createSink();
  new SlicedWriter(sink).write(Buffer.alloc(MAXIMUM_SLICE));
  expect(sink.written).toEqual([MAXIMUM_SLICE]);
  const other = createSink();
  const writer = new SlicedWriter(other);
  writer.write(Buffer.alloc(MAXIMUM_SLICE + 1));
  expect([other.written, writer.unsentBytes]).toEqual([[MAXIMUM_SLICE], MAXIMUM_SLICE + 1]);
});

test('a sink with 64 KB gets nothing more, and the order is kept', () => {
  const sink = createSink();
  const writer = new SlicedWriter(sink);
  sink.writableLength = MAXIMUM_SLICE - 1;
  writer.write(Buffer.alloc(1));
  expect(sink.written).toEqual([1]);
  writer.write(Buffer.alloc(2));
  writer.write(Buffer.alloc(3));
  expect(sink.written).toEqual([1]);
  sink.writableLength = MAXIMUM_SLICE - 1;
  writer.continue();
  expect(sink.written).toEqual([1, 2]);
  sink.writableLength = 0;
  writer.continue();
  expect(sink.written).toEqual([1, 2, 3]);
});

test('slices end where the given function says, and each buffer starts at its beginning', () => {
  const sink = createSink();
  const starts: number[] = [];
  const writer = new SlicedWriter(sink, (bytes, start) => {
    starts.push(start);
    return Math.min(start + 40_000, bytes.length);
  });
  writer.write(Buffer.alloc(100_000));
  writer.write(Buffer.alloc(80_001));
  while (writer.unsentBytes > 0) {
    sink.writableLength = 0;
    writer.continue();
  }
  expect(sink.written).toEqual([40_000, 40_000, 20_000, 40_000, 40_000, 1]);
  expect(starts).toEqual([0, 40_000, 80_000, 0, 40_000, 80_000]);
});

test('clearing drops what was not written and calls nothing', () => {
  const sink = createSink();
  const writer = new SlicedWriter(sink);
  sink.writableLength = MAXIMUM_SLICE;
  writer.write(Buffer.alloc(10));
  writer.whenEmpty(() => expect.unreachable());
  writer.clear();
  expect(writer.unsentBytes).toBe(MAXIMUM_SLICE);
  sink.writableLength = 0;
  writer.continue();
  expect(sink.written).toEqual([]);
  writer.write(Buffer.alloc(20));
  let count = 0;
  writer.whenEmpty(() => count++);
  writer.continue();
  expect([sink.written, count]).toEqual([[20], 1]);
});

test('200,000 small buffers that wait are written without blocking the process', () => {
  let written = 0;
  const sink = { writableLength: Infinity, write: () => written++ };
  const writer = new SlicedWriter(sink);
  for (let i = 0; i < 200_000; i++) writer.write(Buffer.alloc(60));
  sink.writableLength = 0;
  const start = performance.now();
  writer.continue();
  expect(written).toBe(200_000);
  // Below 100 ms. Moving the rest of an array for each buffer takes more than 20 s.
  expect(performance.now() - start).toBeLessThan(10_000);
});
