import { expect, test } from 'vitest';
import { countReachable } from '../testing/memory/collect-garbage.ts';
import { FifoQueue } from './fifo-queue.ts';

test('values are taken in the order in which they were added, in any mix of adding and taking', () => {
  const queue = new FifoQueue<number>();
  const model: number[] = [];
  const observed: unknown[] = [];
  const expected: unknown[] = [];
  // A multiplicative generator: the same mix on each run, with queues of up to some hundred values.
  let state = 1;
  for (let i = 0; i < 5000; i++) {
    state = (state * 48_271) % 2_147_483_647;
    const isGrowing = Math.floor(i / 1000) % 2 === 0;
    if (state % 10 < (isGrowing ? 6 : 4)) {
      queue.add(i);
      model.push(i);
    } else {
      observed.push(queue.take());
      expected.push(model.shift());
    }
    observed.push(queue.length, queue.first);
    expected.push(model.length, model[0]);
  }
  expect(observed).toEqual(expected);
  expect(queue.values).toEqual(model);
  queue.clear();
  expect([queue.length, queue.first, queue.take(), queue.values]).toEqual([
    0,
    undefined,
    undefined,
    [],
  ]);
});

test('undefined is a value', () => {
  const queue = new FifoQueue<string | undefined>();
  queue.add(undefined);
  queue.add('last');
  expect([queue.length, queue.take(), queue.take(), queue.length]).toEqual([
    2,
    undefined,
    'last',
    0,
  ]);
});

test('a value that was taken is not kept, also if the queue is never empty', async () => {
  const queue = new FifoQueue<object>();
  queue.add({});
  const taken: WeakRef<object>[] = [];
  for (let i = 0; i < 100; i++) {
    queue.add({});
    taken.push(new WeakRef(queue.take() ?? {}));
  }
  expect(await countReachable(taken)).toBeLessThan(10);
  expect(queue.length).toBe(1);
});
