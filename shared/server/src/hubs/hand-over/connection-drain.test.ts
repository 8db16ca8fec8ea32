import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionDrain } from './connection-drain.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A drain whose connection does what the test sets. */
function createDrain() {
  const state = { isBusy: false, hasStream: false, hasPendingResults: false };
  const waits: (() => void)[] = [];
  const ends: boolean[] = [];
  const work = {
    calls: {
      whenIdle: (onIdle: () => void) => void (state.isBusy ? waits.push(onIdle) : onIdle()),
    },
    streams: {
      isIdle(onIdle: () => void) {
        if (state.hasStream) waits.push(onIdle);
        return !state.hasStream;
      },
    },
    hasPendingResults: () => state.hasPendingResults,
  };
  const drain = new ConnectionDrain(work, 1000, (isIdle) => ends.push(isIdle));
  const continueAll = (): void => {
    for (const wait of waits.splice(0)) wait();
  };
  return { drain, state, ends, continueAll };
}

test('an idle connection ends at once, and leaves no timer', () => {
  const { drain, ends } = createDrain();
  drain.check();
  drain.check();
  drain.stop();
  expect([ends, vi.getTimerCount()]).toEqual([[true], 0]);
});

test('calls, streams and results of the client are waited for', () => {
  const { drain, state, ends, continueAll } = createDrain();
  Object.assign(state, { isBusy: true, hasStream: true, hasPendingResults: true });
  drain.check();
  state.isBusy = false;
  continueAll();
  expect(ends).toEqual([]);
  state.hasStream = false;
  continueAll();
  expect(ends).toEqual([]);
  state.hasPendingResults = false;
  drain.check();
  expect(ends).toEqual([true]);
});

test('a connection that stays busy, or closes, ends once and is not idle', () => {
  const late = createDrain();
  late.state.isBusy = true;
  late.drain.check();
  vi.advanceTimersByTime(999);
  expect(late.ends).toEqual([]);
  vi.advanceTimersByTime(1);
  late.continueAll();
  expect(late.ends).toEqual([false]);
  const closed = createDrain();
  closed.state.hasStream = true;
  closed.drain.check();
  closed.drain.stop();
  closed.state.hasStream = false;
  closed.continueAll();
  vi.advanceTimersByTime(1000);
  expect(closed.ends).toEqual([false]);
});
