import { expect, test, vi } from 'vitest';
import { EventStreamReader } from './event-stream-reader.ts';
import { MessageSplitter, type SplitMessage } from './message-splitter.ts';

const handshake = Buffer.from('{"protocol":"messagepack","version":1}\u001e');
const frames = [Buffer.from([2, 0x91, 6]), Buffer.from([0x80, 1, ...Buffer.alloc(128, 7)])];

test.each([1, 2, 3, 7, 1000])('messages are found in chunks of %i bytes', (size) => {
  const messages: SplitMessage[] = [];
  const splitter = new MessageSplitter(
    () => true,
    (message) => messages.push(message),
  );
  const all = Buffer.concat([handshake, ...frames]);
  for (let i = 0; i < all.length; i += size) splitter.write(all.subarray(i, i + size));
  expect(messages).toEqual([
    { text: handshake.subarray(0, -1).toString() },
    ...frames.map((bytes) => ({ bytes })),
  ]);
});

test.each([
  ['a length prefix without an end', Buffer.alloc(10, 0xff)],
  ['a message that is too long', Buffer.alloc(17 * 1024 * 1024, 0xff).fill(0x7f, 4)],
])('%s stops the recording of this direction, which is reported once', (_name, chunk) => {
  const messages: SplitMessage[] = [];
  const onBroken = vi.fn();
  const splitter = new MessageSplitter(
    () => true,
    (message) => messages.push(message),
    onBroken,
  );
  splitter.write(handshake);
  splitter.write(chunk);
  splitter.write(frames[0] as Buffer);
  expect(messages).toHaveLength(1);
  expect(onBroken).toHaveBeenCalledTimes(1);
});

test('half a message is discarded if its transport is replaced', () => {
  const messages: SplitMessage[] = [];
  const splitter = new MessageSplitter(
    () => false,
    (message) => messages.push(message),
  );
  splitter.write(Buffer.from('{}\u001e{"type":'));
  splitter.discardIncomplete();
  splitter.write(Buffer.from('{"type":6}\u001e'));
  expect(messages).toEqual([{ text: '{}' }, { text: '{"type":6}' }]);
});

test('an event that is too long stops the recording, which is reported', () => {
  const read: string[] = [];
  const onBroken = vi.fn();
  const reader = new EventStreamReader((data) => read.push(data.toString()), onBroken);
  reader.write(Buffer.from('data: a\n\ndata: '));
  reader.write(Buffer.alloc(17 * 1024 * 1024, 'x'));
  reader.write(Buffer.from('\n\ndata: b\n\n'));
  expect(read).toEqual(['a']);
  expect(onBroken).toHaveBeenCalledTimes(1);
});

test.each([1, 4, 1000])('the data of events is read from chunks of %i bytes', (size) => {
  const read: string[] = [];
  const reader = new EventStreamReader((data) => read.push(data.toString()));
  const all = Buffer.from(':\r\n\r\ndata: {"a":"ü"}\u001e\r\n\r\ndata: two\ndata: lines\n\n');
  for (let i = 0; i < all.length; i += size) reader.write(all.subarray(i, i + size));
  expect(read).toEqual(['{"a":"ü"}\u001e', 'two\nlines']);
});
