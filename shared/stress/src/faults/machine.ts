import assert from 'node:assert/strict';
import { type OpenedResources, withResources } from '@practical-signalr/lesson-kit';
import { startRedisServer } from '@practical-signalr/redis/local';
import { type ForkedProcess, forkProcess } from '../forked-process.ts';
import { LoadClient } from '../load/load-client.ts';
import { type FaultCase, eventually } from './fault-case.ts';
import { FaultClient, type FaultClientOptions } from './fault-client.ts';
import type { FaultServerMethods } from './fault-server-process.ts';

/** How many files the server's process may open. Enough for Node and the modules that it loads. */
const OPEN_FILES = 512;
/** How many of them are left for clients. */
const FREE_FILES = 40;

type FaultServer = ForkedProcess<FaultServerMethods>;

const startProcess = (resources: OpenedResources, openFiles?: number): FaultServer =>
  resources.add(forkProcess(new URL('fault-server-process.ts', import.meta.url), openFiles));

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function connectAll(
  resources: OpenedResources,
  ports: readonly number[],
  options?: FaultClientOptions,
): Promise<FaultClient[]> {
  const clients = await Promise.all(ports.map((port) => FaultClient.connect(port, options)));
  return clients.map((client) => resources.add(client));
}

/** Kills the server, and starts another process at its port. */
async function killAndRestart(resources: OpenedResources): Promise<void> {
  const first = startProcess(resources);
  const port = await first.remote.start();
  const clients = await connectAll(resources, Array<number>(20).fill(port));
  await first.remote.broadcast(0);
  await eventually('all receive', () => clients.every(({ received }) => received.length === 1));
  await first.close();
  const second = startProcess(resources);
  await second.remote.start({ port });
  await eventually('all reconnect', () => clients.every(({ reconnected }) => reconnected === 1));
  await second.remote.broadcast(1);
  await eventually('all receive', () => clients.every(({ received }) => received.length === 2));
  for (const { received } of clients) assert.deepEqual(received, [0, 1]);
}

/** Blocks the event loop of the server while clients send. */
async function blockEventLoop(resources: OpenedResources, ms: number): Promise<void> {
  const server = startProcess(resources);
  const port = await server.remote.start({ clientTimeoutInterval: ms * 0.8 });
  const timeouts = { serverTimeout: ms * 2, pingInterval: 500 };
  const clients = await connectAll(resources, Array<number>(5).fill(port), timeouts);
  for (const client of clients) await client.ping();
  const unblocked = server.remote.block(ms);
  const results = clients.map((client, n) => client.invoke('call', n, ''));
  await unblocked;
  assert.deepEqual(await Promise.all(results), numbers(5));
  await server.remote.broadcast(7);
  await eventually('all receive', () => clients.every(({ received }) => received.includes(7)));
  assert.equal(await server.remote.disconnected(), 0);
  for (const { reconnecting } of clients) assert.equal(reconnecting, 0);
}

/** Lets the process reach its limit of open files. */
async function exhaustFiles(resources: OpenedResources): Promise<void> {
  const server = startProcess(resources, OPEN_FILES);
  const port = await server.remote.start();
  const [first] = (await connectAll(resources, [port])) as [FaultClient];
  await server.remote.leaveFiles(FREE_FILES);
  const open: LoadClient[] = [];
  const connect = async (): Promise<boolean> => {
    const client = await LoadClient.connect(port).catch(() => undefined);
    if (client === undefined) return false;
    open.push(resources.add(client));
    return true;
  };
  while (await connect()) assert.ok(open.length <= FREE_FILES, 'connections are refused');
  assert.ok(open.length > 10);
  assert.equal(await first.invoke('call', 1, ''), 1);
  await server.remote.broadcast(2);
  await eventually('existing clients are served', () => first.received.includes(2));
  assert.ok(!(await connect()), 'connections are still refused');
  for (const client of open.slice(0, 10)) client.close();
  await eventually('new clients are accepted again', connect);
  assert.equal(await first.invoke('call', 3, ''), 3);
  assert.equal(first.reconnecting, 0);
}

/** Stops one of two servers over Redis (SIGSTOP), and lets it continue. */
async function stopProcess(resources: OpenedResources): Promise<void> {
  const redisServer = resources.add(await startRedisServer());
  const options = { redisUrl: redisServer.url };
  const [a, b] = [startProcess(resources), startProcess(resources)] as const;
  const ports = [await a.remote.start(options), await b.remote.start(options)] as const;
  for (const { remote } of [a, b])
    await eventually('healthy', async () => (await remote.status()) === 'Healthy');
  const [clientOfA, clientOfB] = (await connectAll(resources, ports)) as [FaultClient, FaultClient];
  const clients = [clientOfA, clientOfB];
  await a.remote.broadcast(0);
  await eventually('both receive', () => clients.every(({ received }) => received.length === 1));
  process.kill(b.pid, 'SIGSTOP');
  for (let n = 1; n <= 50; n++) await a.remote.broadcast(n);
  await eventually('the other client receives', () => clientOfA.received.length === 51);
  assert.equal(await a.remote.status(), 'Healthy');
  process.kill(b.pid, 'SIGCONT');
  await eventually('the stopped server delivers', () => clientOfB.received.length === 51);
  for (const { received, reconnecting } of clients)
    assert.deepEqual([received, reconnecting], [numbers(51), 0]);
}

/** Returns the case of a blocked event loop. */
export const blockedEventLoop = (seconds: number): FaultCase => ({
  name: `event loop blocked for ${seconds} s`,
  mustHold:
    'The server reads what has arrived before it decides which clients were silent, so no connection closes and no call is lost.',
  run: () => withResources((resources) => blockEventLoop(resources, seconds * 1000)),
});

/** Faults of a process or a machine, except on Windows, which has neither SIGSTOP nor ulimit. */
export const machineFaults: readonly FaultCase[] = [
  {
    name: 'kill and restart at the same port',
    mustHold:
      'Each client reconnects once, and receives later messages once. Messages in between are lost.',
    run: () => withResources(killAndRestart),
  },
  blockedEventLoop(5),
  {
    name: 'file descriptors exhausted',
    mustHold: 'New connections are refused, existing ones are served, and later ones are accepted.',
    run: () => withResources(exhaustFiles),
  },
  {
    name: 'one of two servers over Redis stopped (SIGSTOP)',
    mustHold:
      'The other server is not affected. The stopped server delivers everything once and in order when it continues.',
    run: () => withResources(stopProcess),
  },
];
