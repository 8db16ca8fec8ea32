import assert from 'node:assert/strict';
import { startRedisServer } from '@practical-signalr/redis/local';
import { type ForkedProcess, forkProcess } from '../forked-process.ts';
import { LoadClient } from '../load/load-client.ts';
import { type FaultCase, eventually } from './fault-case.ts';
import { FaultClient } from './fault-client.ts';
import type { FaultServerMethods } from './fault-server-process.ts';

/** Few enough that the test reaches it soon, and enough for Node itself. */
const OPEN_FILES = 80;

const startProcess = (openFiles?: number): ForkedProcess<FaultServerMethods> =>
  forkProcess(new URL('fault-server-process.ts', import.meta.url), openFiles);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** The server is killed, and another process starts at its port. */
async function killAndRestart(): Promise<void> {
  const first = startProcess();
  const port = await first.remote.start();
  const clients = await Promise.all(numbers(20).map(() => FaultClient.connect(port)));
  await first.remote.broadcast(0);
  await eventually('all receive', () => clients.every(({ received }) => received.length === 1));
  await first.close();
  const second = startProcess();
  await second.remote.start({ port });
  await eventually('all reconnect', () => clients.every(({ reconnected }) => reconnected === 1));
  await second.remote.broadcast(1);
  await eventually('all receive', () => clients.every(({ received }) => received.length === 2));
  for (const { received } of clients) assert.deepEqual(received, [0, 1]);
  await Promise.all(clients.map((client) => client.close()));
  await second.close();
}

/** The event loop of the server is blocked while clients send. */
async function blockEventLoop(ms: number): Promise<void> {
  const server = startProcess();
  const port = await server.remote.start({ clientTimeoutInterval: Math.min(2000, ms / 2) });
  const timeouts = { serverTimeout: ms * 2, pingInterval: 500 };
  const clients = await Promise.all(numbers(5).map(() => FaultClient.connect(port, timeouts)));
  // The server expects pings only after the first one.
  await new Promise((resolve) => setTimeout(resolve, 600));
  const unblocked = server.remote.block(ms);
  const results = clients.map((client, n) => client.invoke('call', n, ''));
  await unblocked;
  assert.deepEqual(await Promise.all(results), numbers(5));
  await server.remote.broadcast(7);
  await eventually('all receive', () => clients.every(({ received }) => received.includes(7)));
  assert.equal(await server.remote.disconnected(), 0);
  assert.deepEqual(
    clients.map(({ reconnecting }) => reconnecting),
    clients.map(() => 0),
  );
  await Promise.all(clients.map((client) => client.close()));
  await server.close();
}

/** The process may open no more files. */
async function exhaustFiles(): Promise<void> {
  const server = startProcess(OPEN_FILES);
  const port = await server.remote.start();
  const first = await FaultClient.connect(port);
  const open: LoadClient[] = [];
  const connect = (): Promise<boolean> =>
    LoadClient.connect(port).then(
      (client) => open.push(client) > 0,
      () => false,
    );
  while (await connect()) assert.ok(open.length < OPEN_FILES, 'connections are refused');
  assert.ok(open.length > 10);
  assert.equal(await first.invoke('call', 1, ''), 1);
  await server.remote.broadcast(2);
  await eventually('existing clients are served', () => first.received.includes(2));
  assert.ok(!(await connect()), 'connections are still refused');
  for (const client of open.splice(0, 10)) client.close();
  await eventually('new clients are accepted again', connect);
  assert.equal(await first.invoke('call', 3, ''), 3);
  assert.equal(first.reconnecting, 0);
  for (const client of open) client.close();
  await first.close();
  await server.close();
}

/** One of two servers over Redis is stopped (SIGSTOP), and continues. */
async function stopProcess(): Promise<void> {
  const redisServer = await startRedisServer();
  const options = { redisUrl: redisServer.url };
  const [a, b] = [startProcess(), startProcess()] as const;
  const ports = [await a.remote.start(options), await b.remote.start(options)] as const;
  for (const { remote } of [a, b])
    await eventually('healthy', async () => (await remote.status()) === 'Healthy');
  const clients = [
    await FaultClient.connect(ports[0]),
    await FaultClient.connect(ports[1]),
  ] as const;
  await a.remote.broadcast(0);
  await eventually('both receive', () => clients.every(({ received }) => received.length === 1));
  process.kill(b.pid, 'SIGSTOP');
  for (let n = 1; n <= 50; n++) await a.remote.broadcast(n);
  await eventually('the other client receives', () => clients[0].received.length === 51);
  assert.equal(await a.remote.status(), 'Healthy');
  process.kill(b.pid, 'SIGCONT');
  await eventually('the stopped server delivers', () => clients[1].received.length === 51);
  for (const { received, reconnecting } of clients)
    assert.deepEqual([received, reconnecting], [numbers(51), 0]);
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all([a, b].map((each) => each.close()));
  await redisServer.close();
}

/** Returns the case of a blocked event loop. */
export const blockedEventLoop = (seconds: number): FaultCase => ({
  name: `event loop blocked for ${seconds} s`,
  mustHold:
    'The server reads what has arrived before it decides which clients were silent, so no connection closes and no call is lost.',
  run: () => blockEventLoop(seconds * 1000),
});

/** Faults of a process or a machine, except on Windows, which has neither SIGSTOP nor ulimit. */
export const machineFaults: readonly FaultCase[] = [
  {
    name: 'kill and restart at the same port',
    mustHold:
      'Each client reconnects once, and receives later messages once. Messages in between are lost.',
    run: killAndRestart,
  },
  blockedEventLoop(5),
  {
    name: 'file descriptors exhausted',
    mustHold: 'New connections are refused, existing ones are served, and later ones are accepted.',
    run: exhaustFiles,
  },
  {
    name: 'one of two servers over Redis stopped (SIGSTOP)',
    mustHold:
      'The other server is not affected. The stopped server delivers everything once and in order when it continues.',
    run: stopProcess,
  },
];
