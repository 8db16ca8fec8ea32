import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../connections/gate.ts';
import { Hub } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { startCuttingProxy } from '../testing/cutting-proxy.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { ConnectionLifecycle } from './connection-lifecycle.ts';

let hasRoom = true;
class RoomHub extends Hub {
  override onConnected(): void {
    if (!hasRoom) throw new Error('no room');
  }
  ping(): void {}
}

let server: TestServer;
let negotiations = 0;
let unmount: () => void = () => undefined;
beforeEach(async () => {
  hasRoom = true;
  negotiations = 0;
  server = await testServer((signalr) => signalr.mapHub('/hub', RoomHub, { methods: ['ping'] }), {
    logger: new CollectingLogger(),
  });
  server.server.prependListener('request', ({ url }: { url: string }) => {
    if (url.includes('/negotiate')) negotiations += 1;
  });
});
afterEach(async () => {
  unmount();
  await server.close();
});

/** Lets everything continue that only waits for promises. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A lifecycle, and a function that waits for a state of its connection. */
function lifecycleOf(url = `${server.url}/hub`) {
  const connection = new HubConnectionBuilder()
    .withUrl(url)
    .configureLogging(LogLevel.None)
    .build();
  const lifecycle = new ConnectionLifecycle(connection, 1);
  const waitFor = (isReached: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (isReached()) resolve();
      };
      lifecycle.subscribe(check);
      check();
    });
  const reach = (state: string): Promise<void> =>
    waitFor(() => lifecycle.getStatus().state === state);
  return { connection, lifecycle, waitFor, reach };
}

test('the double effects of StrictMode open one connection', async () => {
  const { lifecycle, reach } = lifecycleOf();
  lifecycle.start()();
  unmount = lifecycle.start();
  await reach('Connected');
  expect(negotiations).toBe(1);
  expect(lifecycle.getStatus().connectionId).toMatch(/./);
});

test('unmounting stops the connection, also while it starts; mounting starts it again', async () => {
  const { lifecycle, reach } = lifecycleOf();
  unmount = lifecycle.start();
  await reach('Connected');
  unmount();
  await reach('Disconnected');
  unmount = lifecycle.start();
  await reach('Connecting');
  unmount();
  unmount = lifecycle.start();
  await reach('Connected');
  unmount();
  unmount = lifecycle.start();
  unmount();
  await reach('Disconnected');
  expect(lifecycle.getStatus()).toEqual({
    state: 'Disconnected',
    connectionId: null,
    error: undefined,
  });
});

test('unmounting while an earlier stop still runs starts no connection', async () => {
  const { lifecycle, connection, reach } = lifecycleOf();
  const hasStopped = new Gate();
  const stop = connection.stop.bind(connection);
  connection.stop = async () => {
    await stop();
    await hasStopped.wait();
  };
  unmount = lifecycle.start();
  await reach('Connected');
  unmount();
  await reach('Disconnected');
  unmount = lifecycle.start();
  await settlePromises();
  unmount();
  hasStopped.open();
  await settlePromises();
  expect(connection.state).toBe('Disconnected');
  expect(negotiations).toBe(1);
});

test('mounting while a stop still runs starts the connection after it', async () => {
  const { lifecycle, connection, reach } = lifecycleOf();
  const mayStop = new Gate();
  const stop = connection.stop.bind(connection);
  connection.stop = async () => {
    await mayStop.wait();
    await stop();
  };
  unmount = lifecycle.start();
  await reach('Connected');
  unmount();
  unmount = lifecycle.start();
  unmount();
  unmount = lifecycle.start();
  await settlePromises();
  mayStop.open();
  await reach('Disconnected');
  connection.stop = stop;
  await reach('Connected');
  await connection.invoke('ping');
  expect(negotiations).toBe(2);
});

test('a connection that connects after unmounting is stopped', async () => {
  const { lifecycle, connection, waitFor, reach } = lifecycleOf();
  const isSignedIn = new Gate();
  const start = connection.start.bind(connection);
  // While such a function prepares the start, there is nothing that stop() could end.
  connection.start = async () => {
    await isSignedIn.wait();
    await start();
  };
  unmount = lifecycle.start();
  await waitFor(() => isSignedIn.isAwaited);
  unmount();
  isSignedIn.open();
  await reach('Connected');
  await reach('Disconnected');
  // Mounting again in the meantime keeps the connection.
  unmount = lifecycle.start();
  await waitFor(() => isSignedIn.isAwaited);
  unmount();
  unmount = lifecycle.start();
  isSignedIn.open();
  await reach('Connected');
  await connection.invoke('ping');
  expect(negotiations).toBe(2);
});

test('a start that fails is reported and repeated', async () => {
  const { lifecycle, connection, waitFor, reach } = lifecycleOf(`${server.url}/nothing`);
  unmount = lifecycle.start();
  await waitFor(() => lifecycle.getStatus().error !== undefined);
  expect(lifecycle.getStatus().error?.message).toContain("Status code '404'");
  connection.baseUrl = `${server.url}/hub`;
  await reach('Connected');
  expect(lifecycle.getStatus().error).toBeUndefined();
});

test('a connection that closes with an error is started again', async () => {
  hasRoom = false;
  const { lifecycle, waitFor, reach } = lifecycleOf();
  unmount = lifecycle.start();
  await waitFor(() => lifecycle.getStatus().error !== undefined);
  hasRoom = true;
  await reach('Connected');
});

test('a connection that breaks is started again, unless it was unmounted', async () => {
  const proxy = await startCuttingProxy(server.port);
  const { lifecycle, connection, reach } = lifecycleOf(`${proxy.url}/hub`);
  unmount = lifecycle.start();
  await reach('Connected');
  const firstId = connection.connectionId;
  const closed = new Promise<Error | undefined>((resolve) => connection.onclose(resolve));
  proxy.cut();
  expect(await closed).toBeInstanceOf(Error);
  await reach('Connected');
  expect(connection.connectionId).not.toBe(firstId);
  unmount();
  await reach('Disconnected');
  await proxy.close();
});

test('a start that fails after unmounting is not repeated', async () => {
  const { lifecycle, connection, waitFor } = lifecycleOf();
  const isSignedIn = new Gate();
  let starts = 0;
  connection.start = async () => {
    starts++;
    await isSignedIn.wait();
    throw new Error('not signed in');
  };
  unmount = lifecycle.start();
  await waitFor(() => isSignedIn.isAwaited);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  unmount();
  isSignedIn.open();
  await settlePromises();
  expect(lifecycle.getStatus().error?.message).toBe('not signed in');
  expect([starts, vi.getTimerCount()]).toEqual([1, 0]);
  vi.useRealTimers();
});
