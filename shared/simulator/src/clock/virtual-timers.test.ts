import { afterEach, expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';
import { installVirtualTimers } from './virtual-timers.ts';

let restore = (): void => undefined;
afterEach(() => restore());

test('timers and clocks follow the virtual clock, in order', async () => {
  const clock = new VirtualClock();
  restore = installVirtualTimers(clock);
  const happened: [string, number][] = [];
  const note = (name: string) => () => void happened.push([name, performance.now()]);
  setTimeout(note('later'), 60_000).unref();
  setTimeout(note('sooner'), 10);
  clearTimeout(setTimeout(note('canceled'), 20));
  const interval = setInterval(note('again'), 25_000);
  await clock.runUntil(clock.wait(70_000));
  clearInterval(interval);
  expect(happened).toEqual([
    ['sooner', 10],
    ['again', 25_000],
    ['again', 50_000],
    ['later', 60_000],
  ]);
  expect(Date.now()).toBe(70_000);
  restore();
  expect(Date.now()).toBeGreaterThan(1e12);
});

test('a task that waits for nothing that can happen is reported', async () => {
  const clock = new VirtualClock();
  await expect(clock.runUntil(new Promise(() => undefined))).rejects.toThrow('This is a bug');
});

test('an error of the task is passed on', async () => {
  const clock = new VirtualClock();
  const failed = clock.wait(5).then(() => Promise.reject(new Error('broken')));
  await expect(clock.runUntil(failed)).rejects.toThrow('broken');
});
