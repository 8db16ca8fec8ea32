import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hub } from '../index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { ConnectionLifecycle } from './connection-lifecycle.ts';

let hasRoom = true;
class RoomHub extends Hub {
  override onConnected(): void {
    if (!hasRoom) throw new Error('no room');
  }
}

let server: TestServer;
let negotiations = 0;
let unmount: () => void = () => undefined;
beforeEach(async () => {
  hasRoom = true;
  negotiations = 0;
  server = await testServer((signalr) => signalr.mapHub('/hub', RoomHub, { methods: [] }), {
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
