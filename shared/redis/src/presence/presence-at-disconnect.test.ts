import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { expect, test as baseTest } from 'vitest';
import { startRedisServer } from '../local/index.ts';
import { redis } from '../redis.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { presence } from './presence.ts';

const test = baseTest.skipIf(!hasRedisServer);

test('in onDisconnected, the lists do not contain the connection that is leaving', async () => {
  await using redisServer = await startDisposableRedis();
  const { url } = redisServer;
  const online = presence({ url });
  const chat = online.of('ChatHub');
  let resolve: (lists: unknown) => void;
  let reject: (error: unknown) => void;
  const listsInHook = new Promise<unknown>((onRead, onError) => {
    resolve = onRead;
    reject = onError;
  });
  class ChatHub extends Hub<{ never(): void }> {
    async join(): Promise<number> {
      await this.groups.add(this.context.connectionId, 'room');
      return (await chat.members('room')).length;
    }
    override async onDisconnected(): Promise<void> {
      await Promise.all([chat.members('room'), chat.connections(), chat.users()]).then(
        resolve,
        reject,
      );
    }
  }
  await using server = await testServer(
    { '/chat': { hub: ChatHub, methods: ['join'] } },
    { scaleOut: redis({ url, presence: online }) },
  );
  const leaving = await server.connect<{ join(): number }>('/chat');
  // The first call may run before Redis is connected. Then presence writes the state afterwards.
  let count = await leaving.invoke('join');
  while (count === 0) count = (await chat.members('room')).length;
  await leaving.stop();
  expect(await listsInHook).toEqual([[], [], []]);
});

async function startDisposableRedis() {
  const server = await startRedisServer();
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
}
