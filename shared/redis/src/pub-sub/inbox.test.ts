import { Gate } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { Backlog, MAX_WAITING_MESSAGES } from './backlog.ts';
import { Inbox } from './inbox.ts';

test('messages wait while a receiver has no room, and stay in order', async () => {
  const room = new Gate();
  const handled: number[] = [];
  const inbox = new Inbox((payload) => {
    handled.push(payload[0] ?? 0);
    return handled.length === 1 ? room.wait() : undefined;
  }, new Backlog());
  for (const number of [1, 2, 3]) inbox.receive(Buffer.of(number));
  expect(handled).toEqual([1]);
  room.open();
  await expect.poll(() => handled).toEqual([1, 2, 3]);
});

test('beyond 16 MB that wait, messages are handled although the receiver has no room', () => {
  const backlog = new Backlog();
  let handled = 0;
  const inbox = new Inbox(() => {
    handled++;
    return new Promise(() => undefined);
  }, backlog);
  const payload = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < 17; i++) inbox.receive(payload);
  expect([handled, backlog.bytes, backlog.isFull]).toEqual([1, 16 * 1024 * 1024, false]);
  inbox.receive(payload);
  expect([handled, backlog.bytes]).toEqual([2, 16 * 1024 * 1024]);
  inbox.handleWaiting();
  expect([handled, backlog.bytes]).toEqual([18, 0]);
});

test.each([0, 60])('of messages of %i bytes, a limited number waits', async (size) => {
  const room = new Gate();
  let handled = 0;
  const inbox = new Inbox(() => {
    handled++;
    return handled === 1 ? room.wait() : undefined;
  }, new Backlog());
  const payload = Buffer.alloc(size);
  for (let i = 0; i <= MAX_WAITING_MESSAGES; i++) inbox.receive(payload);
  expect(handled).toBe(1);
  for (let i = 0; i < 10; i++) inbox.receive(payload);
  expect(handled).toBe(11);
  room.open();
  await expect.poll(() => handled).toBe(MAX_WAITING_MESSAGES + 11);
});
