import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SilenceTimer } from './silence-timer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('reports silence after the timeout', () => {
  const onSilence = vi.fn();
  const timer = new SilenceTimer(5000, onSilence);
  vi.advanceTimersByTime(4999);
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onSilence).toHaveBeenCalledOnce();
  timer.stop();
});

test('a sign of life in each interval prevents the report, however long the heartbeat waits', () => {
  const onSilence = vi.fn();
  const timer = new SilenceTimer(5000, onSilence);
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(4000);
    timer.recordSignOfLife();
  }
  expect(onSilence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('does nothing after stop()', () => {
  const onSilence = vi.fn();
  new SilenceTimer(5000, onSilence).stop();
  vi.advanceTimersByTime(10_000);
  expect(onSilence).not.toHaveBeenCalled();
});

test('a process that was blocked first reads what has arrived in the meantime', () => {
  const onSilence = vi.fn();
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const timer = new SilenceTimer(5000, onSilence);
  now.mockReturnValue(20_000); // The process was stopped, so all timers are late.
  vi.advanceTimersByTime(5000);
  timer.recordSignOfLife();
  vi.advanceTimersByTime(5000);
  expect(onSilence).not.toHaveBeenCalled();
  timer.stop();
  now.mockRestore();
});
