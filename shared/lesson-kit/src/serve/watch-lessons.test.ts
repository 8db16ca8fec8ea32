import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../run/free-port.ts';
import { courseLessons, watchLessons } from './watch-lessons.ts';

test('lessons are found on their own ports, whatever the port of lesson 1 is', async () => {
  const port = await freePort();
  const lesson3 = createServer().listen(port, '127.0.0.1');
  await once(lesson3, 'listening');
  vi.useFakeTimers({ toFake: ['setInterval'] });
  vi.stubEnv('PORT', '65535');
  vi.stubEnv('COURSE_LESSONS_PORT', String(port - 3));
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    lesson3.close();
    for (const lesson of courseLessons) lesson.up = false;
  });
  const changes: number[] = [];
  watchLessons(({ number, up }) => void changes.push(up ? number : -number));
  vi.advanceTimersByTime(1000);
  await expect.poll(() => changes).toEqual([1, 3]);
});
