import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MAXIMUM_CONCURRENT_MOVES, MoveLimit } from './move-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Moves connections whose clients return when the test says so. */
function startMoves(count: number) {
  const limit = new MoveLimit();
  const returns: ((isMoved: boolean) => void)[] = [];
  const moves = Array.from({ length: count }, () =>
    limit.run(() => {
      const isMoved = new Promise<boolean>((resolve) => returns.push(resolve));
      return Promise.resolve({ isMoved });
    }),
  );
  return { moves: Promise.all(moves), returns };
}

test('slow clients do not let more connections move at the same time', async () => {
  const { moves, returns } = startMoves(4 * MAXIMUM_CONCURRENT_MOVES);
  let away = 0;
  let most = 0;
  let answered = 0;
  // Each round of clients needs 900 ms, because the servers are busy.
  while (answered < 4 * MAXIMUM_CONCURRENT_MOVES) {
    await vi.advanceTimersByTimeAsync(900);
    away = returns.length - answered;
    most = Math.max(most, away);
    const round = returns.slice(answered);
    answered = returns.length;
    for (const settle of round) settle(true);
    await vi.advanceTimersByTimeAsync(0);
  }
  await moves;
  expect(most).toBe(MAXIMUM_CONCURRENT_MOVES);
});

test('clients that never return delay the other connections for a limited time', async () => {
  const { moves, returns } = startMoves(10 * MAXIMUM_CONCURRENT_MOVES);
  await vi.advanceTimersByTimeAsync(4000);
  expect(returns).toHaveLength(10 * MAXIMUM_CONCURRENT_MOVES);
  await vi.advanceTimersByTimeAsync(250);
  await moves;
});

test('a connection that cannot move makes room for the next one immediately', async () => {
  const limit = new MoveLimit();
  const refused = Array.from({ length: 1000 }, () => limit.run(() => Promise.resolve(undefined)));
  await Promise.all(refused); // the clock stands still
});

test('clients that need longer than expected at most double the moves until the server has measured it', async () => {
  const limit = new MoveLimit();
  const startedAt = performance.now();
  const awayAt: { readonly time: number; readonly away: number }[] = [];
  let away = 0;
  const drop = () => {
    away++;
    awayAt.push({ time: performance.now() - startedAt, away });
    const isMoved = new Promise<boolean>(
      (resolve) =>
        setTimeout(() => {
          away--;
          resolve(true);
        }, 1100), // The server expects at most 1,000 ms.
    );
    return Promise.resolve({ isMoved });
  };
  const moves = Array.from({ length: 8 * MAXIMUM_CONCURRENT_MOVES }, () => limit.run(drop));
  await vi.advanceTimersByTimeAsync(8 * 1100);
  await Promise.all(moves);
  const mostFrom = (start: number, end: number): number =>
    Math.max(...awayAt.filter(({ time }) => time >= start && time < end).map((at) => at.away));
  expect(mostFrom(0, 1000)).toBe(MAXIMUM_CONCURRENT_MOVES);
  // The first clients count for 1,000 ms, the expected maximum.
  expect(mostFrom(1000, 2200)).toBe(2 * MAXIMUM_CONCURRENT_MOVES);
  // The server has measured how long clients need.
  expect(mostFrom(2200, Infinity)).toBe(MAXIMUM_CONCURRENT_MOVES);
});
