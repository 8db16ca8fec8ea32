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

test('the share is exact, and only what exceeds it is borrowed', () => {
  const { budget, onExceeded, unfinished } = create(new MemoryBudget(10));
  unfinished.addChunk(SHARE);
  expect(budget.tryTake(10)).toBe(true);
  budget.release(10);
  unfinished.addChunk(4);
  unfinished.addChunk(6);
  expect(onExceeded).not.toHaveBeenCalled();
  expect(budget.tryTake(1)).toBe(false);
  unfinished.addChunk(1);
  expect(onExceeded).toHaveBeenCalledTimes(1);
  unfinished.reset();
  expect(budget.tryTake(10)).toBe(true);
});

test('a large message must be complete after 30 s, and the time starts with its first byte above the share', () => {
  vi.useFakeTimers();
  const { onExceeded, unfinished } = create();
  unfinished.addChunk(SHARE + 1);
  vi.advanceTimersByTime(20_000);
  unfinished.addChunk(1);
  vi.advanceTimersByTime(9999);
  expect(onExceeded).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(onExceeded).toHaveBeenCalledTimes(1);
  const other = create();
  other.unfinished.addChunk(SHARE + 1);
  other.unfinished.reset();
  vi.advanceTimersByTime(60_000);
  expect(other.onExceeded).not.toHaveBeenCalled();
  vi.useRealTimers();
});

test('64 KB of control frames in 30 s are tolerated, exactly', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const { budget, unfinished } = create(new MemoryBudget(1));
  const send = (length: number): void => {
    unfinished.addControlFrame(length);
    unfinished.addChunk(length);
  };
  unfinished.addChunk(SHARE);
  send(65_536);
  expect(budget.tryTake(1)).toBe(true);
  budget.release(1);
  send(1);
  expect(budget.tryTake(1)).toBe(false);
  unfinished.reset();
  vi.advanceTimersByTime(30_000);
  unfinished.addChunk(SHARE);
  send(65_536);
  expect(budget.tryTake(1)).toBe(true);
  vi.useRealTimers();
});

test('after 30 s, 64 KB of control frames are tolerated again', () => {
  vi.useFakeTimers();
  const { onExceeded, unfinished } = create(new MemoryBudget(0));
  const addControlFrames = (count: number): void => {
    for (let i = 0; i < count; i++) {
      unfinished.addControlFrame(64);
      unfinished.addChunk(64);
    }
  };
  addControlFrames(1024);
  vi.advanceTimersByTime(30_000);
  addControlFrames(1024);
  expect(onExceeded).not.toHaveBeenCalled();
  vi.advanceTimersByTime(29_999);
  addControlFrames(2);
  expect(onExceeded).toHaveBeenCalled();
  vi.useRealTimers();
});

test('a message after a complete one is limited like the first', () => {
  const { onExceeded, unfinished } = create(new MemoryBudget(0));
  unfinished.complete();
  unfinished.addChunk(1);
  unfinished.addChunk(SHARE);
  expect(onExceeded).not.toHaveBeenCalled();
  unfinished.addChunk(1);
  expect(onExceeded).toHaveBeenCalledTimes(1);
});

test('a message of exactly the share borrows nothing, so it has no time limit', () => {
  vi.useFakeTimers();
  const { onExceeded, unfinished } = create(new MemoryBudget(0));
  unfinished.addChunk(SHARE);
  vi.advanceTimersByTime(60_000);
  expect(onExceeded).not.toHaveBeenCalled();
  vi.useRealTimers();
});
