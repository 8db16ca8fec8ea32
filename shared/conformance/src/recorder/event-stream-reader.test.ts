import { expect, test } from 'vitest';
import { EventStreamReader } from './event-stream-reader.ts';

test.each(['\n', '\r\n'])('the lines of an event are joined, in any chunks (%j)', (end) => {
  const text = ['data: a', 'data:b', ': comment', '', '', 'data: c', '', 'data: d'].join(end);
  for (const size of [1, 3, 1000]) {
    const events: string[] = [];
    const reader = new EventStreamReader((data) => events.push(data.toString()));
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i += size) reader.write(bytes.subarray(i, i + size));
    expect(events).toEqual(['a\nb', 'c']);
  }
});

test.each([
  ['one line', 'x'.repeat(64 * 1024)],
  ['many lines', 'data: x\n'.repeat(8 * 1024)],
])('an event of %s that never ends is not read further than 16 MB', (_name, text) => {
  let broken = 0;
  const events: unknown[] = [];
  const reader = new EventStreamReader(
    (data) => events.push(data),
    () => broken++,
  );
  const chunk = Buffer.from(text);
  for (let i = 0; i < 300; i++) reader.write(chunk);
  expect(broken).toBe(1);
  reader.write(Buffer.from('\n\ndata: late\n\n'));
  expect([broken, events]).toEqual([1, []]);
});
