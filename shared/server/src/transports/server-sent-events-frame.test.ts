import { expect, test } from 'vitest';
import { serverSentEventsFrame } from './server-sent-events-frame.ts';

test.each<[string, string]>([
  ['{"type":6}\u001e', 'data: {"type":6}\u001e\r\n\r\n'],
  ['a\nb\r\nc', 'data: a\r\ndata: b\r\ndata: c\r\n\r\n'],
  ['ö', 'data: ö\r\n\r\n'],
])('%j is one event, whether it is a string or bytes', (payload, event) => {
  expect(serverSentEventsFrame(payload).toString()).toBe(event);
  expect(serverSentEventsFrame(Buffer.from(payload)).toString()).toBe(event);
});
