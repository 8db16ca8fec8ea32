import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { startPair } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

const BROADCASTS = 30_000;

test('30,000 awaited broadcasts at default settings all arrive at the other server', async () => {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const [a, b] = await startPair({ url: server.url });
  cleanups.push(
    () => a.close(),
    () => b.close(),
  );
  const text = 'x'.repeat(200);
  const sends: Promise<void>[] = [];
  for (let i = 0; i < BROADCASTS; i++) sends.push(a.manager.sendAll('m', [i, text]));
  const results = await Promise.allSettled(sends);
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  for (let i = 0; i < BROADCASTS; i++) expect((await b.client.next()).arguments?.[0]).toBe(i);
  expect(a.data['unconfirmedSends']).toBe(0);
  expect(a.data['lostSends']).toBe(0);
  expect([...a.log.matching(/does not reach/), ...b.log.matching(/does not reach/)]).toEqual([]);
});
