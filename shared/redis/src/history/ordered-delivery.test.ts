import { Gate } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { Backlog } from '../pub-sub/backlog.ts';
import { OrderedDelivery } from './ordered-delivery.ts';

const MEGABYTE = 1024 * 1024;

function create() {
  const backlog = new Backlog();
  const errors: unknown[] = [];
  const delivery = new OrderedDelivery(backlog, (error) => errors.push(error));
  const log: string[] = [];
  /** Delivers a message to receivers that have room when the returned gate opens. */
  const add = (name: string, bytes = 1, room?: Promise<void>): void =>
    delivery.add(bytes, () => {
      log.push(name);
      return room;
    });
  return { backlog, delivery, errors, log, add };
}

test('an error of a delivery is reported, and the next message is delivered', () => {
  const { delivery, errors, log, add } = create();
  delivery.add(1, () => {
    throw new Error('cannot be encoded');
  });
  add('next');
  expect([errors, log]).toEqual([[new Error('cannot be encoded')], ['next']]);
});

test('messages wait for the room of the one before, in order', async () => {
  const { backlog, log, add } = create();
  const [first, second] = [new Gate(), new Gate()];
  add('a');
  add('b', 1, first.wait());
  add('c', 5, second.wait());
  add('d', 6);
  expect([log, backlog.bytes]).toEqual([['a', 'b'], 11]);
  first.open();
  await expect.poll(() => log).toEqual(['a', 'b', 'c']);
  expect(backlog.bytes).toBe(6);
  second.open();
  await expect.poll(() => log).toEqual(['a', 'b', 'c', 'd']);
  expect(backlog.bytes).toBe(0);
  add('e');
  expect(log.at(-1)).toBe('e');
});

test('above the limit, messages are delivered without waiting', () => {
  const { backlog, log, add } = create();
  add('slow', 1, new Gate().wait());
  add('large', 16 * MEGABYTE);
  expect(log).toEqual(['slow']);
  add('one more');
  expect(log).toEqual(['slow', 'large']);
  expect(backlog.bytes).toBe(1);
});

test('everything that waits can be delivered at once', () => {
  const { delivery, log, add } = create();
  delivery.deliverWaiting();
  add('slow', 1, new Gate().wait());
  add('a');
  add('b');
  delivery.deliverWaiting();
  expect(log).toEqual(['slow', 'a', 'b']);
});

test('an error of one message is reported, and the next one is delivered', async () => {
  const { delivery, errors, log, add } = create();
  const gate = new Gate();
  add('slow', 1, Promise.reject(new Error('closed')));
  delivery.add(1, () => Promise.reject(new Error('failed')));
  add('last', 1, gate.wait());
  gate.open();
  await expect.poll(() => log).toEqual(['slow', 'last']);
  expect(errors.map(String)).toEqual(['Error: closed', 'Error: failed']);
});

test('local senders wait above 1 MB, until the receivers have read', async () => {
  const backlog = new Backlog();
  backlog.add(MEGABYTE);
  expect(backlog.whenRoom()).toBeUndefined();
  backlog.add(2);
  let hasRoom = false;
  const waiting = backlog.whenRoom()?.then(() => (hasRoom = true));
  backlog.remove(1);
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  backlog.remove(1);
  await waiting;
  expect(hasRoom).toBe(true);
});
