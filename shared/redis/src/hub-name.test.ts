import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from './local/index.ts';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { hasRedisServer } from './testing/redis-server-installed.ts';
import { TestServer } from './testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

test('the option name of mapHub takes precedence over hubName of redis()', async () => {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const { url } = server;
  const receiver = new TestServer('ann', { url }, 'Company.ChatHub');
  cleanups.push(() => receiver.close());
  await receiver.connect();
  const { hub } = new LoggedHub('Company.ChatHub');
  const options = { url, hubName: () => 'Mangled' };
  const sender = redis(options)({ ...hub, hasExplicitName: true });
  cleanups.push(() => sender.close?.());
  await sender.sendAll('m', ['from the other build']);
  expect((await receiver.client.next()).arguments).toEqual(['from the other build']);
});
