import { expect, test } from 'vitest';
import { PendingQueries } from './pending-queries.ts';
import { MAXIMUM_REMOTE_INVOCATIONS, WorkerInvocations } from './worker-invocations.ts';

test('an invocation is taken once, by its id or with its connection', () => {
  const invocations = new WorkerInvocations();
  const ofA = { connectionId: 'a', worker: 1 };
  invocations.add('1', ofA);
  invocations.add('2', ofA);
  invocations.add('3', { connectionId: 'b', worker: 2 });
  expect(invocations.get('1')).toBe(ofA);
  expect(invocations.take('1')).toBe(ofA);
  expect(invocations.take('1')).toBeUndefined();
  expect(invocations.takeAll('a')).toEqual([['2', ofA]]);
  expect(invocations.takeAll('a')).toEqual([]);
  expect(invocations.size).toBe(1);
});

test('beyond the limit of a connection, its oldest invocation is dropped', () => {
  const invocations = new WorkerInvocations();
  for (let i = 0; i <= MAXIMUM_REMOTE_INVOCATIONS; i++)
    invocations.add(`${i}`, { connectionId: 'a', worker: 1 });
  invocations.add('other', { connectionId: 'b', worker: 1 });
  expect(invocations.size).toBe(MAXIMUM_REMOTE_INVOCATIONS + 1);
  expect(invocations.get('0')).toBeUndefined();
  expect(invocations.get('1')).toBeDefined();
});

test('a query ends with the reply of the holder, or when no worker is left', async () => {
  const queries = new PendingQueries();
  expect(await queries.create(new Set()).holder).toBeUndefined();
  const found = queries.create(new Set([1, 2]));
  queries.onReply(found.id, 1, true);
  queries.onReply(found.id, 2, false); // late
  expect(await found.holder).toBe(1);
  const lost = queries.create(new Set([1, 2]));
  queries.onReply(lost.id, 1, false);
  expect(queries.size).toBe(1);
  queries.onPeerGone(3);
  queries.onPeerGone(1);
  expect(queries.size).toBe(1);
  queries.onPeerGone(2);
  expect(await lost.holder).toBeUndefined();
  expect(queries.size).toBe(0);
});
