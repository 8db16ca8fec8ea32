import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LatencyQueue } from './latency-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('messages keep their order if the delay becomes shorter', () => {
  const queue = new LatencyQueue(0);
  const log: number[] = [];
  queue.add(1, () => log.push(0));
  expect(log).toEqual([0]);
  queue.delay = 100;
  queue.add(1, () => log.push(1));
  queue.delay = 0;
  queue.add(1, () => log.push(2));
  vi.advanceTimersByTime(99);
  expect([log, queue.size]).toEqual([[0], 2]);
  vi.advanceTimersByTime(1);
  expect([log, queue.size]).toEqual([[0, 1, 2], 0]);
});

test('a system time that is set back does not delay the messages', () => {
  const queue = new LatencyQueue(0);
  const log: number[] = [];
  queue.add(1, () => log.push(0), 50);
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(50);
  queue.add(1, () => log.push(1));
  expect([log, queue.size]).toEqual([[0, 1], 0]);
});

test('thousands of messages with different delays run in order', () => {
  const queue = new LatencyQueue(10);
  const log: number[] = [];
  for (let i = 0; i < 3000; i++) {
    queue.add(1, () => log.push(i));
    if (i % 1000 === 999) vi.advanceTimersByTime(5);
  }
  vi.advanceTimersByTime(10);
  expect(log).toEqual(Array.from({ length: 3000 }, (_value, i) => i));
});

test('beyond 64 MB, the oldest message runs immediately, and cleared messages never run', () => {
  const queue = new LatencyQueue(10);
  const log: string[] = [];
  queue.add(1, () => log.push('a'));
  queue.add(64 * 1024 * 1024 - 1, () => log.push('b'));
  expect(log).toEqual([]);
  queue.add(1, () => log.push('c'));
  expect(log).toEqual(['a']);
  queue.clear();
  vi.advanceTimersByTime(1000);
  expect([log, queue.size]).toEqual([['a'], 0]);
});
