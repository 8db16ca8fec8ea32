import { createClient } from '@redis/client';
import { afterEach, describe, expect, test } from 'vitest';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { findRedis, type RedisView, type RedisWatch, watchRedis } from './index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** Polls until the watch has counted all messages, because `MONITOR` reports them with a delay. */
async function waitForMessages(watch: RedisWatch, messages: number): Promise<RedisView> {
  for (;;) {
    const view = await watch.look();
    const counts = view?.channels.map((channel) => channel.messages ?? 0) ?? [];
    if (view !== undefined && counts.reduce((sum, one) => sum + one, 0) === messages) return view;
  }
}

describe.each([
  ...(hasRedisServer ? [['redis-server', { PATH: process.env['PATH'] }] as const] : []),
  ['in-process', { PATH: '' }] as const,
])('watchRedis, %s', (kind, environment) => {
  test('reports the subscribers and messages of each channel, and the number of keys', async () => {
    const found = await findRedis(environment);
    cleanups.push(() => found.close());
    const watch = watchRedis(found.url, ['ChatHub:']);
    cleanups.push(() => watch.close());
    expect(found.kind).toBe(kind);
    expect(await watch.look()).toEqual({ channels: [], keys: 0 });
    const client = await createClient({ url: found.url }).connect();
    const [a, b] = [await client.duplicate().connect(), await client.duplicate().connect()];
    cleanups.push(() => [client, a, b].forEach((each) => each.destroy()));
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
    expect(await waitForMessages(watch, 3)).toEqual({
      channels: [
        { name: 'ChatHub:all', subscribers: 2, messages: 1 },
        { name: 'ChatHub:group:é "1"\\', subscribers: 1, messages: 2 },
      ],
      keys: 0,
    });
  });

  test('reconnects after a restart of Redis, and continues the counts', async () => {
    const found = await findRedis(environment);
    cleanups.push(() => found.close());
    const watch = watchRedis(found.url, ['ChatHub:']);
    cleanups.push(() => watch.close());
    const publish = async (sum: number): Promise<void> => {
      const client = await createClient({ url: found.url }).connect();
      const subscriber = await client.duplicate().connect();
      await subscriber.subscribe('ChatHub:all', () => undefined);
      await watch.look();
      await client.publish('ChatHub:all', 'x');
      await waitForMessages(watch, sum);
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

test.runIf(hasRedisServer)(
  'without permission for MONITOR: reports subscribers, but no messages',
  async () => {
    const found = await findRedis({ PATH: process.env['PATH'] });
    cleanups.push(() => found.close());
    const client = await createClient({ url: found.url }).connect();
    cleanups.push(() => client.destroy());
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
    cleanups.push(() => subscriber.destroy());
    await subscriber.subscribe('ChatHub:all', () => undefined);
    const watch = watchRedis(found.url.replace('//', '//watcher:pass@'), ['ChatHub:']);
    cleanups.push(() => watch.close());
    expect((await watch.look())?.channels).toEqual([
      { name: 'ChatHub:all', subscribers: 1, messages: undefined },
    ]);
  },
);
