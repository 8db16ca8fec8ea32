import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { READ_BUDGET, ReadBudget } from './read-budget.ts';

function createSource() {
  const calls: string[] = [];
  return { calls, pause: () => calls.push('pause'), resume: () => calls.push('resume') };
}

test('a client that sends 64 KB is read again in the next turn, and then has a new budget', async () => {
  const source = createSource();
  const budget = new ReadBudget(source);
  budget.spend(READ_BUDGET - 1);
  expect(source.calls).toEqual([]);
  budget.spend(1);
  expect(source.calls).toEqual(['pause']);
  await setImmediate();
  expect(source.calls).toEqual(['pause', 'resume']);
  budget.spend(READ_BUDGET - 1);
  expect(source.calls).toEqual(['pause', 'resume']);
  budget.spend(2);
  expect(source.calls).toEqual(['pause', 'resume', 'pause']);
});
