import { type HubLifetimeManager, JsonHubProtocol } from '@practical-signalr/server/scale-out';
import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
import { createClient } from '@redis/client';
import { afterAll, afterEach, beforeAll, describe, expect, test as baseTest } from 'vitest';
import { type RedisServerProcess, startRedisServer } from '../local/index.ts';
import * as wire from '../pub-sub/redis-protocol.ts';
import { hasRedisServer } from '../testing/redis-server-installed.ts';
import { TestServer } from '../testing/server-pair.ts';
import { TestMachine } from '../testing/workers/test-machine.ts';

const test = baseTest.skipIf(!hasRedisServer);

let server: RedisServerProcess;
const createAdmin = () => createClient({ url: server.url });
let admin: ReturnType<typeof createAdmin>;
const machines: TestMachine[] = [];
const running: TestServer[] = [];

beforeAll(async () => {
  if (!hasRedisServer) return;
  server = await startRedisServer();
  admin = createAdmin();
  await admin.connect();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.close()));
  await Promise.all(machines.splice(0).map((machine) => machine.close()));
});
afterAll(async () => {
  if (!hasRedisServer) return;
  admin.destroy();
  await server.close();
});

function startMachine(channelPrefix = ''): TestMachine {
  const machine = new TestMachine({ url: server.url, ackTimeout: 5000, channelPrefix });
  machines.push(machine);
  return machine;
}

describe.each([
  ['of one machine', 1],
  ['of two machines', 2],
])('over Redis, with workers %s', (_name, count) => {
  test.each(lifetimeCases)('$name', async ({ run }) => {
    const started = Array.from({ length: count }, () => startMachine());
    let next = 0;
    await run((hub) => {
      const machine = started[next % count] as TestMachine;
      next += 1;
      return machine.startWorker().create(hub);
    });
  });
});

/** Returns the number of subscriptions of each channel that starts with a text. */
async function subscriptionsOf(stem: string): Promise<Record<string, number>> {
  const channels = await admin.pubSubChannels(`${stem}*`);
  return { ...(await admin.pubSubNumSub(channels)) };
}

/** Starts workers with one client each. */
async function startWorkers(machine: TestMachine, users: readonly string[]): Promise<TestServer[]> {
  const workers = users.map((user) => new TestServer(user, machine.startWorker().create));
  running.push(...workers);
  await Promise.all(workers.map((worker) => worker.connect()));
  await Promise.all(workers.map(({ log }) => log.logged(/over Redis/)));
  return workers;
}

const readCalls = async (workers: readonly TestServer[]): Promise<unknown[][]> => {
  await admin.publish('ChatHub:all', Buffer.from(invocationOf('end', [])) as never);
  return Promise.all(workers.map(({ client }) => client.until('end')));
};

const invocationOf = (method: string, args: unknown[]): Uint8Array => {
  const json = new JsonHubProtocol();
  const message = json.writeMessage({ type: 1, target: method, arguments: args });
  return wire.writeInvocation({
    excludedConnectionIds: [],
    messages: new Map([['json', Buffer.from(message)]]),
  });
};

test('a machine subscribes once, and a message of another server reaches each worker once', async () => {
  const workers = await startWorkers(startMachine(), ['ann', 'ann', 'bob']);
  const [first, second, third] = workers as [TestServer, TestServer, TestServer];
  await first.manager.addToGroup(first.client.connectionId, 'g');
  await second.manager.addToGroup(second.client.connectionId, 'g');
  // Another worker changes the group of a connection that it does not hold.
  await first.manager.addToGroup(third.client.connectionId, 'g');
  const subscriptions = await subscriptionsOf('ChatHub:');
  expect(subscriptions).toMatchObject({
    'ChatHub:all': 1,
    'ChatHub:group:g': 1,
    'ChatHub:user:ann': 1,
    'ChatHub:internal:groups': 1,
  });
  expect(new Set(Object.values(subscriptions))).toEqual(new Set([1]));
  const clients = (await admin.clientList()).filter(({ sub }) => sub > 0);
  expect(clients).toHaveLength(1);
  for (const channel of ['all', 'group:g', 'user:ann']) {
    const payload = Buffer.from(invocationOf('m', [channel]));
    expect(await admin.publish(`ChatHub:${channel}`, payload as never)).toBe(1);
  }
  expect(await readCalls(workers)).toEqual([
    ['all', 'group:g', 'user:ann'],
    ['all', 'group:g', 'user:ann'],
    ['all', 'group:g'],
  ]);
});

test('the subscriptions of a worker that has ended are removed', async () => {
  const machine = startMachine();
  const [kept] = (await startWorkers(machine, ['ann'])) as [TestServer];
  await kept.manager.addToGroup(kept.client.connectionId, 'shared');
  const before = await subscriptionsOf('ChatHub:');
  const { create, end } = machine.startWorker();
  const crashed = new TestServer('bob', create);
  await crashed.connect();
  await crashed.manager.addToGroup(crashed.client.connectionId, 'shared');
  await crashed.manager.addToGroup(crashed.client.connectionId, 'own');
  expect(await subscriptionsOf('ChatHub:group:')).toEqual({
    'ChatHub:group:own': 1,
    'ChatHub:group:shared': 1,
  });
  // The last messages of a worker may arrive after its end.
  void crashed.manager.addToGroup(crashed.client.connectionId, 'late');
  end();
  // Redis runs the commands of a connection in order, so this one is the last.
  await kept.manager.addToGroup(kept.client.connectionId, 'later');
  await kept.manager.removeFromGroup(kept.client.connectionId, 'later');
  expect(await subscriptionsOf('ChatHub:')).toEqual(before);
});

test('the workers of a machine notice an outage and a restart of Redis', async () => {
  const own = await startRedisServer();
  const machine = new TestMachine({ url: own.url, heartbeatInterval: 50, heartbeatTimeout: 1000 });
  machines.push(machine);
  const workers = await startWorkers(machine, ['ann', 'bob']);
  const [first, second] = workers as [TestServer, TestServer];
  await own.close();
  await Promise.all(workers.map(({ log }) => log.logged(/connection to Redis was closed/)));
  expect(first.manager.health?.().status).toBe('Degraded');
  await first.manager.sendAll('local', [1]);
  expect((await first.client.next()).target).toBe('local');
  const restarted = await startRedisServer({ port: own.port });
  try {
    await Promise.all(workers.map((worker) => worker.reconnected(0)));
    await first.manager.sendAll('again', [1]);
    expect((await second.client.next()).target).toBe('again');
  } finally {
    await restarted.close();
  }
});

test('a refusal of Redis reaches the worker that caused it', async () => {
  await admin.aclSetUser('limited', ['on', '>secret', '+@all', '~*', '&ChatHub:*', '&internal:*']);
  await admin.aclSetUser('limited', ['resetchannels', '&ChatHub:[^g]*', '&internal:*']);
  const url = server.url.replace('redis://', 'redis://limited:secret@');
  const machine = new TestMachine({ url });
  machines.push(machine);
  const [worker] = (await startWorkers(machine, ['ann'])) as [TestServer];
  const added = worker.manager.addToGroup(worker.client.connectionId, 'g');
  await expect(added).rejects.toMatchObject({ code: 'ERR_SIGNALR_REDIS_REFUSED' });
  const manager: HubLifetimeManager = worker.manager;
  await manager.sendAll('still works', []);
  expect((await worker.client.next()).target).toBe('still works');
});

test('the primary process runs the commands of a worker with keys and scripts', async () => {
  const client = await startMachine().connectClient();
  await client.set('worker-key', 'value', { PX: 60_000 });
  expect(await client.get('worker-key')).toBe('value');
  expect(await admin.pTTL('worker-key')).toBeGreaterThan(0);
  expect(await client.getDel('worker-key')).toBe('value');
  expect(await client.get('worker-key')).toBeNull();
  const script = 'return {KEYS[1], ARGV[1], ARGV[2]}';
  const options = { keys: ['k'], arguments: ['text', Buffer.of(0x62)] };
  expect(await client.eval(script, options)).toEqual(['k', 'text', 'b']);
  const buffers = await client.withTypeMapping({}).eval?.(script, options);
  expect((buffers as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString())).toEqual([
    'k',
    'text',
    'b',
  ]);
});

test('the subscribers of a channel are counted, including each worker of the machine', async () => {
  const machine = startMachine();
  const clients = [await machine.connectClient(), await machine.connectClient()];
  const [first] = clients;
  const count = async (): Promise<unknown> => (await first?.pubSubNumSub(['counted']))?.['counted'];
  expect(await count()).toBe(0);
  for (const client of clients) await client.subscribe(['counted'], () => undefined, true);
  expect(await count()).toBe(2);
});
