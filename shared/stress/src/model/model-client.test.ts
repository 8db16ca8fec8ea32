import { testServer } from '@practical-signalr/server/testing';
import { expect, test } from 'vitest';
import { ModelClient } from './model-client.ts';
import { LocalWorld } from './worlds/local-world.ts';

test('an upload over a lost connection rejects, and leaves no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => {
    unhandled.push(error);
  };
  process.on('unhandledRejection', onUnhandled);
  const world = await LocalWorld.start();
  const kind = {
    transport: 'WebSockets',
    protocol: 'json',
    isStateful: false,
    reconnects: false,
  } as const;
  const client = await ModelClient.connect(world.portOf(), kind, 'ada', 20_000);
  await client.close();
  await expect(client.upload('upload', [1, 2])).rejects.toThrow("not in the 'Connected' State");
  await world.close();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

test('a client that cannot connect names the reason, and closes its proxy', async () => {
  const openServers = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  const refusing = await testServer({});
  const before = openServers();
  refusing.server.on('connection', (socket) => socket.destroy());
  const kind = {
    transport: 'LongPolling',
    protocol: 'json',
    isStateful: false,
    reconnects: false,
  } as const;
  await expect(ModelClient.connect(refusing.port, kind, 'ada', 20_000)).rejects.toThrow(
    'fetch failed: other side closed',
  );
  expect(openServers()).toBe(before);
  await refusing.close();
});
