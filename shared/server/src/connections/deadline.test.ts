import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline } from './deadline.ts';

let now: number;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets a time pass. The event loop was blocked for `late` ms at its end. */
function pass(time: number, late = 0): void {
  now += time + late;
  vi.advanceTimersByTime(time);
}

test('the limit elapses on time, unless it is stopped', () => {
  const onElapsed = vi.fn();
  const deadline = new Deadline(onElapsed, 5000);
  pass(4999);
  expect(onElapsed).not.toHaveBeenCalled();
  pass(1, 100);
  expect(onElapsed).toHaveBeenCalledTimes(1);
  deadline.stop();
  new Deadline(onElapsed, 5000).stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a process that was blocked gets a grace time, three times at most', () => {
  const onElapsed = vi.fn();
  const deadline = new Deadline(onElapsed, 5000).unref();
  pass(5000, 101);
  pass(1000, 101);
  pass(1000, 101);
  expect(onElapsed).not.toHaveBeenCalled();
  pass(1000, 101);
  expect(onElapsed).toHaveBeenCalledTimes(1);
  deadline.stop();
  new Deadline(onElapsed, 10);
  pass(10, 101);
  expect(onElapsed).toHaveBeenCalledTimes(1);
  pass(10);
  expect(onElapsed).toHaveBeenCalledTimes(2);
});
