import { afterEach, expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { CuttableProxy } from '../testing/cuttable-proxy.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { TestServer } from '../testing/server-pair.ts';

const test = baseTest.skipIf(!hasRedisServer);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** Starts two servers. Only the link of the second one, or that of the first, can be cut. */
async function start(cuttable: 'caller' | 'holder') {
  const server = await startRedisServer();
  cleanups.push(() => server.close());
  const proxy = await CuttableProxy.start(server.port);
  cleanups.push(() => proxy.close());
  const links = { caller: server.url, holder: server.url, [cuttable]: proxy.url };
  const [a, b] = [
    new TestServer('ann', { url: links.caller }),
    new TestServer('bob', { url: links.holder }),
  ];
  cleanups.push(() => Promise.all([a.close(), b.close()]));
  await Promise.all([a.log.logged(/over Redis/), b.log.logged(/over Redis/)]);
  await Promise.all([a.connect(), b.connect()]);
  const result = a.manager.invokeConnection(b.client.connectionId, 'Ask', []);
  result.catch(() => undefined); // it is awaited later
  const invocation = await b.client.next();
  return { a, b, proxy, result, invocation };
}

test('an invocation of a client of another server rejects if its own server loses Redis', async () => {
  const { proxy, result } = await start('caller');
  proxy.drop();
  await expect(result).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_UNAVAILABLE',
    message: expect.stringContaining('its result may be lost'),
  });
});

test.each(['disconnects', 'returns its result'])(
  'if the invoked client %s while its server has lost Redis, the other server learns of it later',
  async (event) => {
    const { b, proxy, result, invocation } = await start('holder');
    proxy.cut();
    proxy.drop();
    await b.log.logged(/does not reach/);
    if (event === 'disconnects') await b.manager.onDisconnected(b.client);
    else {
      const completion = b.client.createResult(invocation, 42);
      b.manager.setConnectionResult(b.client.connectionId, completion);
    }
    proxy.mend();
    if (event === 'disconnects') await expect(result).rejects.toThrow('Connection disconnected.');
    else expect(await result).toBe(42);
  },
);
