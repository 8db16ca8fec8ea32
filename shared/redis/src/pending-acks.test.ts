import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PendingAcks } from './pending-acks.ts';

const TIMEOUT = 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a command ends with its ack, and leaves no timer', async () => {
  const acks = new PendingAcks(TIMEOUT);
  const [first, second] = [acks.create(), acks.create()];
  expect([first.id, second.id, acks.size]).toEqual([1, 2, 2]);
  acks.complete(2);
  await second.acked;
  expect([acks.size, vi.getTimerCount()]).toEqual([1, 1]);
  acks.complete(1);
  await first.acked;
  expect([acks.size, vi.getTimerCount()]).toEqual([0, 0]);
  acks.complete(1);
  acks.complete(99);
  acks.fail(99, new Error('unknown'));
  acks.expect(99, 1);
});

test('a command without an ack fails after the timeout, and not before', async () => {
  const acks = new PendingAcks(TIMEOUT);
  const { acked } = acks.create();
  const failed = expect(acked).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_ACK_TIMEOUT',
    message: expect.stringMatching(/1,?000/) as string,
  });
  vi.advanceTimersByTime(TIMEOUT - 1);
  expect(acks.size).toBe(1);
  vi.advanceTimersByTime(1);
  await failed;
  expect(acks.size).toBe(0);
});

test('a command for many ends with its last ack, also if acks arrive before their number is known', async () => {
  const acks = new PendingAcks(TIMEOUT);
  const early = acks.createForMany(() => new Error('late'));
  acks.complete(early.id);
  acks.complete(early.id);
  expect(acks.size).toBe(1);
  acks.expect(early.id, 2);
  await early.acked;
  const late = acks.createForMany(() => new Error('late'));
  acks.expect(late.id, 2);
  acks.complete(late.id);
  expect(acks.size).toBe(1);
  acks.complete(late.id);
  await late.acked;
  const nobody = acks.createForMany(() => new Error('late'));
  acks.expect(nobody.id, 0);
  await nobody.acked;
});

test('the error of a timeout knows how many acks have arrived', async () => {
  const acks = new PendingAcks(TIMEOUT);
  const { id, acked } = acks.createForMany((count) => new Error(`${count} of 3`));
  acks.expect(id, 3);
  acks.complete(id);
  acks.complete(id);
  const failed = expect(acked).rejects.toThrow('2 of 3');
  vi.advanceTimersByTime(TIMEOUT);
  await failed;
});

test('a failed command rejects with its error, and closing rejects all', async () => {
  const acks = new PendingAcks(TIMEOUT);
  const [first, second, third] = [acks.create(), acks.create(), acks.create()];
  acks.fail(first.id, new Error('no server'));
  await expect(first.acked).rejects.toThrow('no server');
  acks.close();
  await expect(second.acked).rejects.toHaveProperty('code', expect.stringMatching(/^ERR_/));
  await expect(third.acked).rejects.toThrow();
  expect([acks.size, vi.getTimerCount()]).toEqual([0, 0]);
});

test('a process that was blocked reads an ack that has arrived before the timeout counts', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const acks = new PendingAcks(TIMEOUT);
  const { id, acked } = acks.create();
  now.mockReturnValue(10 * TIMEOUT); // All timers are late.
  vi.advanceTimersByTime(TIMEOUT);
  acks.complete(id);
  await acked;
  expect(acks.size).toBe(0);
  now.mockRestore();
});
