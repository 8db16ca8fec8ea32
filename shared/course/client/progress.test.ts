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

test('each tick is kept once and can be taken back', () => {
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

test('each change is told, and nothing where nothing changed', () => {
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
])('what is not progress is left out: %s', (text) => expect(parseProgress(text)).toEqual({}));

test('what is half progress keeps its good half', () => {
  expect(parseProgress('{"3":{"run":"yes","experiments":[0,-1,"1",1.5,1e9,2]},"4":null}')).toEqual({
    3: { run: false, experiments: [0, 2], questions: [] },
    4: { run: false, experiments: [], questions: [] },
  });
});
