import { expect, test, vi } from 'vitest';
import { MemoryBudget } from '../connections/memory-budget.ts';
import { UnfinishedMessage } from './unfinished-message.ts';

const SHARE = 100;

function create(budget = new MemoryBudget(1000)) {
  const onExceeded = vi.fn<() => void>();
  return {
    budget,
    onExceeded,
    unfinished: new UnfinishedMessage({ share: SHARE, budget }, { refuseMessage: onExceeded }),
  };
}

test('bytes above the share come from the budget, and are given back', () => {
  const { budget, onExceeded, unfinished } = create();
  unfinished.addChunk(SHARE);
  expect(budget.tryTake(1000)).toBe(true);
  budget.release(1000);
  unfinished.addChunk(400);
  expect(budget.tryTake(601)).toBe(false);
  unfinished.complete();
  unfinished.addChunk(1);
  expect(budget.tryTake(1000)).toBe(true);
  expect(onExceeded).not.toHaveBeenCalled();
});

test('a message that needs more than the budget has is reported', () => {
  const { budget, onExceeded, unfinished } = create();
  budget.tryTake(700);
  unfinished.addChunk(SHARE + 300);
  expect(onExceeded).not.toHaveBeenCalled();
  unfinished.addChunk(1);
  expect(onExceeded).toHaveBeenCalledOnce();
  unfinished.reset();
  expect(budget.tryTake(300)).toBe(true);
});

test('control frames are not part of a message, unless there are very many', () => {
  const { onExceeded, unfinished } = create();
  for (let i = 0; i < 1000; i++) {
    unfinished.addControlFrame(60);
    unfinished.addChunk(60);
  }
  expect(onExceeded).not.toHaveBeenCalled();
  for (let i = 0; i < 1000; i++) {
    unfinished.addControlFrame(60);
    unfinished.addChunk(60);
  }
  expect(onExceeded).toHaveBeenCalled();
  unfinished.reset();
});
