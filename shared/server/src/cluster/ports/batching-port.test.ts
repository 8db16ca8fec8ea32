import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BatchingPort } from './batching-port.ts';

test('messages of one turn of the event loop are sent together, in order', async () => {
  const batches: (readonly unknown[])[] = [];
  const port = new BatchingPort((messages) => batches.push(messages));
  port.send('a');
  port.send('b');
  await setImmediate();
  port.send('c');
  await setImmediate();
  expect(batches).toEqual([['a', 'b'], ['c']]);
});

test('received messages are handled one by one', () => {
  const port = new BatchingPort(() => undefined);
  const received: unknown[] = [];
  port.onMessage((message) => received.push(message));
  port.receive(['a', 'b']);
  expect(received).toEqual(['a', 'b']);
});
