import { expect, test } from 'vitest';
import { lifetimeCases, LifetimeSuiteClient, suiteHub } from '../lifetime-suite/index.ts';
import { MemoryBus } from './testing/memory-bus.ts';
import { WorkerLifetimeManager } from './worker-lifetime-manager.ts';

test.each(lifetimeCases)('over workers: $name', async ({ run }) => {
  const bus = new MemoryBus();
  await run((hub) => new WorkerLifetimeManager(hub, bus.join()));
});

test('a query ends when the worker that did not reply has ended', async () => {
  const bus = new MemoryBus();
  const manager = new WorkerLifetimeManager(suiteHub(), bus.join());
  const silent = bus.join();
  silent.listen('SuiteHub', { onMessage: () => undefined, onPeerGone: () => undefined });
  const added = manager.addToGroup('unknown', 'group');
  const invoked = manager.invokeConnection('unknown', 'ask', []);
  silent.end();
  await expect(added).resolves.toBeUndefined();
  await expect(invoked).rejects.toMatchObject({ code: 'ERR_SIGNALR_CONNECTION_NOT_FOUND' });
});

test('a send to one local connection is not published', async () => {
  const bus = new MemoryBus();
  const manager = new WorkerLifetimeManager(suiteHub(), bus.join());
  let messages = 0;
  bus.join().listen('SuiteHub', { onMessage: () => messages++, onPeerGone: () => undefined });
  const client = new LifetimeSuiteClient('ann');
  await manager.onConnected(client);
  await manager.sendConnection(client.connectionId, 'm', [1]);
  await manager.sendAll('marker', []);
  expect(await client.until('marker')).toEqual([1]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(messages).toBe(1);
});
