import { createClient } from '@redis/client';
import { afterEach, describe, expect, test } from 'vitest';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { findRedis, type RedisView, type RedisWatch, watchRedis } from './index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What `MONITOR` shows comes a moment later. */
async function seen(watch: RedisWatch, messages: number): Promise<RedisView> {
  for (;;) {
    const view = await watch.look();
    const counts = view?.channels.map((channel) => channel.messages ?? 0) ?? [];
    if (view !== undefined && counts.reduce((sum, one) => sum + one, 0) === messages) return view;
  }
}

describe.each([
  ...(hasRedisServer ? [['redis-server', { PATH: process.env['PATH'] }] as const] : []),
  ['in-process', { PATH: '' }] as const,
])('a watch on a %s', (kind, environment) => {
  test('who hears which channel, how many messages it carried, and that nothing is kept', async () => {
    const found = await findRedis(environment);
    ends.push(() => found.close());
    const watch = watchRedis(found.url, ['ChatHub:']);
    ends.push(() => watch.close());
    expect(found.kind).toBe(kind);
    expect(await watch.look()).toEqual({ channels: [], keys: 0 });
    const client = await createClient({ url: found.url }).connect();
    const [a, b] = [await client.duplicate().connect(), await client.duplicate().connect()];
    ends.push(() => [client, a, b].forEach((each) => each.destroy()));
    await a.subscribe(['ChatHub:all', 'ChatHub:group:é "1"\\', 'Other:all'], () => undefined);
    await b.subscribe('ChatHub:all', () => undefined);
    for (const channel of [
      'ChatHub:all',
      'ChatHub:group:é "1"\\',
      'ChatHub:group:é "1"\\',
      'Other:all',
    ]) {
      expect(await client.publish(channel, '\r\n"\u0000')).toBe(channel === 'ChatHub:all' ? 2 : 1);
    }
    expect(await seen(watch, 3)).toEqual({
      channels: [
        { name: 'ChatHub:all', subscribers: 2, messages: 1 },
        { name: 'ChatHub:group:é "1"\\', subscribers: 1, messages: 2 },
      ],
      keys: 0,
    });
  });

  test('Redis ends and starts again on its port: the watch finds it, and the counts went on', async () => {
    const found = await findRedis(environment);
    ends.push(() => found.close());
    const watch = watchRedis(found.url, ['ChatHub:']);
    ends.push(() => watch.close());
    const publish = async (sum: number): Promise<void> => {
      const client = await createClient({ url: found.url }).connect();
      const subscriber = await client.duplicate().connect();
      await subscriber.subscribe('ChatHub:all', () => undefined);
      await watch.look();
      await client.publish('ChatHub:all', 'x');
      await seen(watch, sum);
      client.destroy();
      subscriber.destroy();
    };
    await publish(1);
    await found.close();
    expect(await watch.look()).toBeUndefined();
    await found.start?.();
    await publish(2);
  });
});

test.runIf(hasRedisServer)('without the right to MONITOR: subscribers, and no counts', async () => {
  const found = await findRedis({ PATH: process.env['PATH'] });
  ends.push(() => found.close());
  const client = await createClient({ url: found.url }).connect();
  ends.push(() => client.destroy());
  await client.sendCommand([
    'ACL',
    'SETUSER',
    'watcher',
    'on',
    '>pass',
    'allchannels',
    '+@all',
    '-monitor',
  ]);
  const subscriber = await client.duplicate().connect();
  ends.push(() => subscriber.destroy());
  await subscriber.subscribe('ChatHub:all', () => undefined);
  const watch = watchRedis(found.url.replace('//', '//watcher:pass@'), ['ChatHub:']);
  ends.push(() => watch.close());
  expect((await watch.look())?.channels).toEqual([
    { name: 'ChatHub:all', subscribers: 1, messages: undefined },
  ]);
});
