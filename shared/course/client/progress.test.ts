import { beforeEach, expect, test } from 'vitest';
import {
  forgetProgress,
  mark,
  markRun,
  onProgress,
  parseProgress,
  progressOf,
} from './progress.ts';

beforeEach(forgetProgress);

test('each mark is stored once and can be removed', () => {
  markRun(3);
  mark(3, 'experiments', 2, true);
  mark(3, 'experiments', 0, true);
  mark(3, 'experiments', 0, true);
  mark(3, 'questions', 1, true);
  expect(progressOf(3)).toEqual({ run: true, experiments: [0, 2], questions: [1] });
  mark(3, 'experiments', 2, false);
  expect(progressOf(3).experiments).toEqual([0]);
  expect(progressOf(4)).toEqual({ run: false, experiments: [], questions: [] });
});

test('listeners are called once per change', () => {
  let changes = 0;
  onProgress(() => changes++);
  markRun(3);
  markRun(3);
  expect(changes).toBe(1);
});

test.each([
  '',
  'nonsense',
  'null',
  '[]',
  '7',
  '{"x":1}',
  '{"0":{},"-1":{},"__proto__":{"run":true}}',
])('ignores stored text that is not progress: %s', (text) =>
  expect(parseProgress(text)).toEqual({}),
);

test('keeps the valid values of partly valid progress', () => {
  expect(parseProgress('{"3":{"run":"yes","experiments":[0,-1,"1",1.5,1e9,2]},"4":null}')).toEqual({
    3: { run: false, experiments: [0, 2], questions: [] },
    4: { run: false, experiments: [], questions: [] },
  });
});
