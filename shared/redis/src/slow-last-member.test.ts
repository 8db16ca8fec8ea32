import { Gate, type HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { afterEach, expect, test } from 'vitest';
import { redis } from './redis.ts';
import { KeepingConnection } from './testing/keeping-connection.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { RecordingRedis } from './testing/recording-redis.ts';

const GROUP = 'room';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** Two servers that share a Redis. The clients are connected to the first one. */
async function startServers() {
  const { client } = new RecordingRedis();
  const start = (serverName: string): HubLifetimeManager => {
    const manager = redis({ client, serverName })(new LoggedHub().hub);
    cleanups.push(() => manager.close?.());
    return manager;
  };
  const server = start('a');
  const sender = start('b');
  const slow = new KeepingConnection('slow', 'ann');
  const other = new KeepingConnection('other');
  await server.onConnected(slow);
  await server.onConnected(other);
  slow.room = new Gate();
  return {
    server,
    sender,
    slow,
    other,
    waitingBytes: () => server.health?.().data['bytesToClients'],
    /** Waits until everything sent so far has arrived at the server, which handles it in order. */
    arrived: async (): Promise<void> => {
      const fence = `fence ${other.received.length}`;
      await sender.sendConnection('other', 'say', [fence]);
      await other.until(fence);
    },
    /** Lets the slow client read, and everything that waits for it be delivered. */
    release: async (): Promise<void> => {
      slow.room?.open();
      slow.room = undefined;
      await new Promise(setImmediate);
    },
  };
}

test('the last member of a group that leaves receives what was sent before, and the next member does not', async () => {
  const { server, sender, slow, waitingBytes, arrived, release } = await startServers();
  await server.addToGroup('slow', GROUP);
  for (const text of ['1', '2', '3']) await sender.sendGroup(GROUP, 'say', [text]);
  await arrived();
  expect(slow.received).toEqual(['1']);
  await server.removeFromGroup('slow', GROUP);
  expect([slow.received, waitingBytes()]).toEqual([['1', '2', '3'], 0]);
  const next = new KeepingConnection('next');
  await server.onConnected(next);
  await server.addToGroup('next', GROUP);
  await sender.sendGroup(GROUP, 'say', ['4']);
  await arrived();
  await release();
  expect(next.received).toEqual(['4']);
  expect(slow.received).toEqual(['1', '2', '3']);
});

test('a slow client that leaves a group and joins it again receives messages in order', async () => {
  const { server, sender, slow, arrived, release } = await startServers();
  await server.addToGroup('slow', GROUP);
  for (const text of ['1', '2', '3']) await sender.sendGroup(GROUP, 'say', [text]);
  await arrived();
  await server.removeFromGroup('slow', GROUP);
  await server.addToGroup('slow', GROUP);
  await sender.sendGroup(GROUP, 'say', ['4']);
  await arrived();
  await release();
  expect(slow.received).toEqual(['1', '2', '3', '4']);
});

test('a slow member that leaves a group with other members does not change their order', async () => {
  const { server, sender, other, arrived, release } = await startServers();
  await server.addToGroup('slow', GROUP);
  await server.addToGroup('other', GROUP);
  for (const text of ['1', '2', '3']) await sender.sendGroup(GROUP, 'say', [text]);
  await arrived();
  await server.removeFromGroup('slow', GROUP);
  await sender.sendGroup(GROUP, 'say', ['4']);
  await arrived();
  await release();
  const messages = other.received.filter((text) => !String(text).startsWith('fence'));
  expect(messages).toEqual(['1', '2', '3', '4']);
});

test('if the last member of a group disconnects, the next one does not receive what waited for it', async () => {
  const { server, sender, slow, waitingBytes, arrived, release } = await startServers();
  await server.addToGroup('slow', GROUP);
  for (const text of ['1', '2', '3']) await sender.sendGroup(GROUP, 'say', [text]);
  await arrived();
  await server.onDisconnected(slow);
  expect(waitingBytes()).toBe(0);
  const next = new KeepingConnection('next');
  await server.onConnected(next);
  await server.addToGroup('next', GROUP);
  await sender.sendGroup(GROUP, 'say', ['4']);
  await arrived();
  await release();
  expect(next.received).toEqual(['4']);
});

test('if the last connection of a user closes, the next one does not receive what waited for it', async () => {
  const { server, sender, slow, waitingBytes, arrived, release } = await startServers();
  for (const text of ['1', '2', '3']) await sender.sendUser('ann', 'say', [text]);
  await arrived();
  await server.onDisconnected(slow);
  expect(waitingBytes()).toBe(0);
  const next = new KeepingConnection('next', 'ann');
  await server.onConnected(next);
  await sender.sendUser('ann', 'say', ['4']);
  await arrived();
  await release();
  expect(next.received).toEqual(['4']);
});
