import { JsonHubProtocol, MessagePackHubProtocol } from '@practical-signalr/protocol';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Gate } from '../connections/gate.ts';
import { lifetimeCases, LifetimeSuiteClient, suiteHub } from '../lifetime-suite/index.ts';
import { MemoryBus } from './testing/memory-bus.ts';
import { MAXIMUM_REMOTE_INVOCATIONS } from './worker-invocations.ts';
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
  await setImmediate();
  expect(messages).toBe(1);
});

test('a send that one of the hub protocols cannot encode reaches no client', async () => {
  const bus = new MemoryBus();
  const hub = { ...suiteHub(), protocols: [new JsonHubProtocol(), new MessagePackHubProtocol()] };
  const manager = new WorkerLifetimeManager(hub, bus.join());
  bus.join().listen('SuiteHub', { onMessage: () => undefined, onPeerGone: () => undefined });
  const client = new LifetimeSuiteClient('ann');
  await manager.onConnected(client);
  await manager.addToGroup(client.connectionId, 'group');
  const args = [{ onlyJson: () => undefined }];
  const ids = [client.connectionId, 'other'];
  await expect(manager.sendAll('m', args)).rejects.toThrow('Unrecognized object');
  await expect(manager.sendGroup('group', 'm', args)).rejects.toThrow('Unrecognized object');
  await expect(manager.sendConnections(ids, 'm', args)).rejects.toThrow('Unrecognized object');
  await manager.sendAll('marker', []);
  expect(await client.until('marker')).toEqual([]);
});

test('a connection and a user are closed in every worker, and others stay', async () => {
  const bus = new MemoryBus();
  const [here, there] = [bus.join(), bus.join()].map(
    (worker) => new WorkerLifetimeManager(suiteHub(), worker),
  ) as [WorkerLifetimeManager, WorkerLifetimeManager];
  const closed: string[] = [];
  const connect = async (manager: WorkerLifetimeManager, user: string, id: string) => {
    const client = new LifetimeSuiteClient(user, id);
    await manager.onConnected(Object.assign(client, { abort: () => closed.push(id) }));
  };
  await connect(here, 'ann', 'ann here');
  await connect(there, 'ann', 'ann there');
  await connect(there, 'bob', 'bob there');
  await here.closer.closeUser('ann');
  expect(closed).toEqual(['ann here', 'ann there']);
  await here.closer.closeConnection('bob there');
  await here.closer.closeConnection('unknown');
  expect(closed).toEqual(['ann here', 'ann there', 'bob there']);
});

test('an invocation whose signal is aborted already invokes nobody', async () => {
  const bus = new MemoryBus();
  const manager = new WorkerLifetimeManager(suiteHub(), bus.join());
  const other = new WorkerLifetimeManager(suiteHub(), bus.join());
  const client = new LifetimeSuiteClient('ann');
  await other.onConnected(client);
  const { connectionId } = client;
  const invoked = manager.invokeConnection(connectionId, 'ask', [], AbortSignal.abort());
  await expect(invoked).rejects.toThrow();
  await manager.sendAll('marker', []);
  expect(await client.until('marker')).toEqual([]);
});

test('a connection that was never added is removed without effect', async () => {
  const manager = new WorkerLifetimeManager(suiteHub(), new MemoryBus().join());
  await manager.onDisconnected(new LifetimeSuiteClient('ann'));
  await manager.closer.closeUser('ann');
  expect([...manager.index.all]).toEqual([]);
});

test('without other workers, an unknown connection is known to be missing at once', async () => {
  const manager = new WorkerLifetimeManager(suiteHub(), new MemoryBus().join());
  await manager.addToGroup('unknown', 'group');
  await expect(manager.invokeConnection('unknown', 'ask', [])).rejects.toMatchObject({
    code: 'ERR_SIGNALR_CONNECTION_NOT_FOUND',
  });
});

test('a send to a group waits for the members of this worker that have no room', async () => {
  const manager = new WorkerLifetimeManager(suiteHub(), new MemoryBus().join());
  const room = new Gate();
  const slow = Object.assign(new LifetimeSuiteClient('ann'), { write: () => room.wait() });
  for (const client of [new LifetimeSuiteClient('bob'), slow]) {
    await manager.onConnected(client);
    await manager.addToGroup(client.connectionId, 'group');
  }
  let isSent = false;
  const sent = manager.sendGroup('group', 'm', []).then(() => (isSent = true));
  await setImmediate();
  expect(isSent).toBe(false);
  room.open();
  await sent;
});

// After some turns, the caller knows the worker of the client.
test.each([0, 5])(
  'an invocation rejects when the worker of its client stops, and others go on',
  async (turns) => {
    const bus = new MemoryBus();
    const manager = new WorkerLifetimeManager(suiteHub(), bus.join());
    const [crashing, staying] = [bus.join(), bus.join()];
    const lost = new LifetimeSuiteClient('ann');
    const kept = new LifetimeSuiteClient('bob');
    await new WorkerLifetimeManager(suiteHub(), crashing).onConnected(lost);
    const other = new WorkerLifetimeManager(suiteHub(), staying);
    await other.onConnected(kept);
    const rejected = manager.invokeConnection(lost.connectionId, 'ask', []);
    const resolved = manager.invokeConnection(kept.connectionId, 'ask', []);
    await lost.next();
    const { invocationId = '' } = await kept.next();
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    crashing.end();
    await expect(rejected).rejects.toMatchObject({ code: 'ERR_SIGNALR_CONNECTION_LOST' });
    const completion = { type: 3, invocationId, hasResult: true, result: 'answer' } as const;
    other.setConnectionResult(kept.connectionId, completion);
    expect(await resolved).toBe('answer');
  },
);

test('if workers together invoke a client too often, the oldest invocations reject', async () => {
  const bus = new MemoryBus();
  const [first, second, holder] = [bus.join(), bus.join(), bus.join()].map(
    (worker) => new WorkerLifetimeManager(suiteHub(), worker),
  ) as [WorkerLifetimeManager, WorkerLifetimeManager, WorkerLifetimeManager];
  const client = new LifetimeSuiteClient('ann');
  await holder.onConnected(client);
  const invoke = (manager: WorkerLifetimeManager) => (): Promise<string> =>
    manager.invokeConnection(client.connectionId, 'ask', []).then(String, String);
  const oldest = Array.from({ length: 76 }, invoke(first));
  const newest = [invoke(first), invoke(second)].flatMap((run) =>
    Array.from({ length: MAXIMUM_REMOTE_INVOCATIONS / 2 }, run),
  );
  for (const message of await Promise.all(oldest)) expect(message).toContain('1024 pending');
  await holder.onDisconnected(client);
  for (const message of await Promise.all(newest)) expect(message).toContain('disconnected');
});
