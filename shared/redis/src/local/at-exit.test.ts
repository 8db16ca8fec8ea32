import { expect, test, vi } from 'vitest';
import { atExit } from './at-exit.ts';

test('any number of actions share one listener, which leaves with the last of them', () => {
  const before = process.listeners('exit');
  const actions = Array.from({ length: 12 }, () => vi.fn<() => void>());
  const takeBack = actions.map(atExit);
  const added = process.listeners('exit').filter((each) => !before.includes(each));
  expect(added).toHaveLength(1);
  takeBack[0]?.();
  added[0]?.(0);
  expect(actions.map((each) => each.mock.calls.length)).toEqual([0, ...Array(11).fill(1)]);
  for (const each of takeBack) each();
  expect(process.listeners('exit')).toEqual(before);
});
