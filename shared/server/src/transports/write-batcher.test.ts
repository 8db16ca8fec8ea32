import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WriteBatcher } from './write-batcher.ts';

const LIMIT = 8 * 1024 * 1024;

test('what is added in one turn is flushed once, at the end of the turn', async () => {
  const batcher = new WriteBatcher();
  const log: string[] = [];
  const flushable = (name: string) => ({ flush: () => log.push(name) });
  batcher.add(flushable('a'));
  batcher.add(flushable('b'));
  expect(log).toEqual([]);
  await setImmediate();
  expect(log).toEqual(['a', 'b']);
  batcher.add({ flush: () => batcher.add(flushable('later')) });
  await setImmediate();
  expect(log).toEqual(['a', 'b']);
  await setImmediate();
  expect(log).toEqual(['a', 'b', 'later']);
});

test('senders wait from 8 MB in one turn on, until its end', async () => {
  const batcher = new WriteBatcher();
  batcher.countBytes(LIMIT - 1);
  expect(batcher.whenRoom()).toBeUndefined();
  batcher.countBytes(1);
  const room = batcher.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  batcher.flush();
  await room;
  expect(batcher.whenRoom()).toBeUndefined();
});

test('only equal frames share a buffer, and only in one turn', () => {
  const batcher = new WriteBatcher();
  const [a, b] = [Buffer.from('a'), Buffer.from('b')];
  const joined = batcher.join([a, b]);
  expect(joined.toString()).toBe('ab');
  expect(batcher.join([a, b])).toBe(joined);
  expect(batcher.join([b, a]).toString()).toBe('ba');
  expect(batcher.join([a]).toString()).toBe('a');
  expect(batcher.join([a, b, a]).toString()).toBe('aba');
  expect(batcher.join([a, b]).toString()).toBe('ab');
  expect(batcher.join([a, a]).toString()).toBe('aa');
  const last = batcher.join([a, b]);
  batcher.flush();
  expect(batcher.join([a, b])).not.toBe(last);
});
