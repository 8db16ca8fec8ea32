import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline } from './deadline.ts';
import { RunningClock } from './running-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a clock counts the time between ticks', () => {
  const clock = new RunningClock(1000);
  for (let i = 1; i <= 5; i++) {
    vi.advanceTimersByTime(1000);
    expect(clock.tick()).toBe(i * 1000);
  }
  vi.advanceTimersByTime(500);
  expect(clock.now()).toBe(5500);
});

test('a clock counts a late tick as two intervals at most', () => {
  const clock = new RunningClock(1000);
  vi.advanceTimersByTime(3_600_000);
  expect(clock.now()).toBe(2000);
  expect(clock.tick()).toBe(2000);
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(3000);
});

test.each([-3_600_000, 3_600_000])('a jump of the wall clock by %d ms changes nothing', (jump) => {
  const clock = new RunningClock(1000);
  const onElapsed = vi.fn<() => void>();
  const deadline = new Deadline(onElapsed, 5000);
  vi.setSystemTime(Date.now() + jump);
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(1000);
  expect(onElapsed).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4000);
  expect(onElapsed).toHaveBeenCalledOnce();
  deadline.stop();
});

/** Stops the process: the monotonic clock runs, timers do not. */
function stopProcess(ms: number): void {
  const start = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => start + ms);
  vi.advanceTimersToNextTimer();
  clock.mockRestore();
}

test('a deadline that is late lets the server read first', () => {
  const onElapsed = vi.fn<() => void>();
  const stopped = new Deadline(onElapsed, 5000);
  stopProcess(60_000);
  expect(onElapsed).not.toHaveBeenCalled();
  stopped.stop(); // what has arrived is in time
  vi.advanceTimersByTime(60_000);
  expect(onElapsed).not.toHaveBeenCalled();

  const elapsed = new Deadline(onElapsed, 5000);
  stopProcess(60_000);
  vi.advanceTimersByTime(2000);
  expect(onElapsed).toHaveBeenCalledOnce();
  elapsed.stop();
});
