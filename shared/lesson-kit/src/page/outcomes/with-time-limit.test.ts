import { expect, onTestFinished, test, vi } from 'vitest';
import { withTimeLimit } from './with-time-limit.ts';

test('work that takes longer than its limit is reported, and other work is not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  expect(await withTimeLimit(Promise.resolve(1), 10_000, 'too late')).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
  const late = withTimeLimit(new Promise(() => undefined), 10_000, 'Start Redis.');
  vi.advanceTimersByTime(10_000);
  await expect(late).rejects.toThrow('Start Redis.');
});
