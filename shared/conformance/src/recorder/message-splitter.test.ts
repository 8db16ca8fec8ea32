import { expect, test } from 'vitest';
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

test('a length prefix without an end stops the recording of this direction', () => {
  const messages: SplitMessage[] = [];
  const splitter = new MessageSplitter(
    () => true,
    (message) => messages.push(message),
  );
  splitter.write(handshake);
  splitter.write(Buffer.alloc(10, 0xff));
  splitter.write(frames[0] as Buffer);
  expect(messages).toHaveLength(1);
});

test.each([1, 4, 1000])('the data of events is read from chunks of %i bytes', (size) => {
  const read: string[] = [];
  const reader = new EventStreamReader((data) => read.push(data.toString()));
  const all = Buffer.from(':\r\n\r\ndata: {"a":"ü"}\u001e\r\n\r\ndata: two\ndata: lines\n\n');
  for (let i = 0; i < all.length; i += size) reader.write(all.subarray(i, i + size));
  expect(read).toEqual(['{"a":"ü"}\u001e', 'two\nlines']);
});
