import { expect, test } from 'vitest';
import { TaskLimit } from './task-limit.ts';

test('a limited number of tasks run at the same time, in order, also if some fail', async () => {
  const limit = new TaskLimit(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) =>
      limit.run(async () => {
        started.push(n);
        running++;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running--;
        if (n % 2 === 1) throw new Error('failed');
        return n;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 10 }, (_, n) => n));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(await limit.run(() => Promise.resolve('next'))).toBe('next');
});
