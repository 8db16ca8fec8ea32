import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { acceptsEventStream } from './server-sent-events.ts';

// All expected values are answers of ASP.NET Core 10.
test.each([
  ['text/event-stream', true],
  ['TEXT/Event-Stream', true],
  ['text/html, text/event-stream', true],
  ['text/event-stream,', true],
  ['text/event-streamq', false],
  ['text/event-stream;q=1', false],
  ['text/html', false],
  [undefined, false],
])('Accept: %s asks for an event stream: %s', (accept, expected) => {
  expect(acceptsEventStream({ headers: { accept } } as IncomingMessage)).toBe(expected);
});
