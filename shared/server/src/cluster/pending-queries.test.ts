import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PendingQueries, QUERY_TIMEOUT } from './pending-queries.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a query ends with the holder, with the last reply, or when a worker ends', async () => {
  const queries = new PendingQueries();
  const holders = [1, 2, 3].map(() => queries.create(new Set([2, 3])).holder);
  queries.onReply(1, 2, false);
  queries.onReply(1, 3, true);
  queries.onReply(2, 2, false);
  queries.onReply(2, 3, false);
  queries.onReply(3, 2, false);
  queries.onPeerGone(3);
  expect(await Promise.all(holders)).toEqual([3, undefined, undefined]);
  expect(await queries.create(new Set()).holder).toBeUndefined();
  expect(queries.size).toBe(0);
});

test('a query rejects if a worker does not reply in time, and no timer remains', async () => {
  const queries = new PendingQueries();
  const { id, holder } = queries.create(new Set([2, 3]));
  const rejected = expect(holder).rejects.toMatchObject({
    code: 'ERR_SIGNALR_WORKER_SILENT',
    message: expect.stringContaining('worker 3 has not replied') as string,
  });
  queries.onReply(id, 2, false);
  vi.advanceTimersByTime(QUERY_TIMEOUT - 3000);
  const later = queries.create(new Set([3]));
  expect(queries.size).toBe(2);
  vi.advanceTimersByTime(3000);
  await rejected;
  expect([queries.size, vi.getTimerCount()]).toEqual([1, 1]);
  queries.onReply(later.id, 3, true);
  vi.advanceTimersByTime(3000);
  expect([await later.holder, vi.getTimerCount()]).toEqual([3, 0]);
  queries.onReply(id, 3, true);
});
