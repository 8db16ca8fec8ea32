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
