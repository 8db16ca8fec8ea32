import type { HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { afterEach, expect, test } from 'vitest';
import { startInProcessBroker } from './local/index.ts';
import { redis } from './redis.ts';
import { KeepingConnection } from './testing/keeping-connection.ts';
import { LoggedHub } from './testing/logged-hub.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startServer(url: string): Promise<HubLifetimeManager> {
  const log = new LoggedHub();
  const manager = redis({ url })(log.hub);
  cleanups.push(() => manager.close?.());
  await log.logged(/over Redis/);
  return manager;
}

test.each([
  ['half an emoji at its end', 'room😀'.slice(0, -1)],
  ['half an emoji in it', `room ${'😀'.slice(1)} 1`],
  ['spaces, quotes and control characters', ' "room"\r\n\0* '],
  ['glob and hash tag characters of Redis', 'room[1]{2}?*:\\'],
  ['an emoji and a combining character', 'rooḿ 😀'],
])('a group whose name has %s receives messages', async (_, group) => {
  const broker = await startInProcessBroker();
  cleanups.push(() => broker.close());
  const [a, b] = [await startServer(broker.url), await startServer(broker.url)];
  const connections = ['1', '2'].map((id) => new KeepingConnection(id));
  for (const connection of connections) await a.onConnected(connection);
  await a.addToGroup('1', group);
  await b.addToGroup('2', group);
  await b.sendGroup(group, 'say', ['from b']);
  await a.sendGroups([group], 'say', ['from a']);
  for (const connection of connections) await connection.until('from a');
  await b.removeFromGroup('1', group);
  await a.sendGroupExcept(group, 'say', ['to nobody'], ['2']);
  await a.sendAll('say', ['to all']);
  for (const connection of connections) {
    await connection.until('to all');
    expect(connection.received.map(String).toSorted()).toEqual(['from a', 'from b', 'to all']);
  }
});
