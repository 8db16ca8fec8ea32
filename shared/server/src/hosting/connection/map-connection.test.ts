import { afterEach, describe, expect, test } from 'vitest';
import { requestUser, SignalRServer, type SignalRServerOptions } from '../../index.ts';
import type { MapConnectionOptions } from '../../index.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { closeAll, closeLater } from '../../testing/host-suite.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { RawEventsClient, RawPollingClient } from '../../testing/raw-http-client.ts';
import { testServer } from '../../testing/test-server.ts';
import type { ClientConnection, ConnectionHandler } from './client-connection.ts';

afterEach(closeAll);

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function createDeferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve;
  });
  return { promise, resolve: (value) => resolve(value) };
}

const MEGABYTE = 1024 * 1024;

async function start(
  handler: ConnectionHandler,
  options: SignalRServerOptions = {},
  mapOptions: MapConnectionOptions = {},
): Promise<{ readonly url: string; readonly signalr: SignalRServer }> {
  const server = await testServer(
    (signalr) => signalr.mapConnection('/raw/:name', handler, mapOptions),
    { disconnectTimeout: 1000, ...options },
  );
  closeLater(() => server.close());
  return { url: `${server.url}/raw/test`, signalr: server.signalr };
}

const echo: ConnectionHandler = async (connection) => {
  for await (const chunk of connection) await connection.send(Buffer.from(chunk).toString());
};

const clients = {
  WebSockets: (url: string) => RawClient.open(url),
  ServerSentEvents: (url: string) => new RawEventsClient().open(url),
  LongPolling: (url: string) => new RawPollingClient().open(url),
};

describe.each(Object.entries(clients))('%s', (name, open) => {
  test('bytes travel in both directions, without a handshake', async () => {
    const { url } = await start(echo);
    const client = await open(url);
    client.send('first\u001e');
    expect(await client.next()).toBe('first');
    client.send('Grüße\u001e');
    expect(await client.next()).toBe('Grüße');
    client.close();
  });

  test('the handler sees its client, and sends until it returns', async () => {
    const { url } = await start(async (connection) => {
      const { transport, request, user, connectionId } = connection;
      const hasId = connectionId.length > 10;
      await connection.send(
        `${JSON.stringify({ transport, ...request.params, hasId, user })}\u001e`,
      );
      await connection.send('last\u001e');
    });
    const client = await open(url);
    expect(JSON.parse((await client.next()) ?? '')).toEqual({
      transport: name,
      name: 'test',
      hasId: true,
    });
    expect(await client.next()).toBe('last');
    await client.end();
  });

  test('when the client leaves, the loop ends and the signal aborts', async () => {
    const ended = createDeferred<boolean>();
    const { url } = await start(
      async (connection) => {
        for await (const chunk of connection) void chunk;
        ended.resolve(connection.signal.aborted);
      },
      { disconnectTimeout: 100 },
    );
    const client = await open(url);
    client.send('x\u001e');
    client.close();
    expect(await ended.promise).toBe(true);
  });

  test('close() of the server ends the loop, and the handler can send a last message', async () => {
    const { url, signalr } = await start(async (connection) => {
      await connection.send('hello\u001e');
      for await (const chunk of connection) void chunk;
      await connection.send('goodbye\u001e');
    });
    const client = await open(url);
    expect(await client.next()).toBe('hello');
    const closed = signalr.close();
    expect(await client.next()).toBe('goodbye');
    await closed;
  });
});

test('a handler that throws is logged, and its connection closes', async () => {
  const logger = new CollectingLogger();
  const { url } = await start(
    () => {
      throw new Error('handler broke');
    },
    { logger },
  );
  const client = await RawClient.open(url);
  await client.end();
  expect(logger.lines.join('\n')).toContain('The connection handler at /raw/:name failed.');
});

test('a handler that never returns does not prevent close()', async () => {
  const { url, signalr } = await start(() => new Promise(() => undefined), {
    shutdownTimeout: 50,
  });
  const client = await RawClient.open(url);
  await signalr.close();
  await client.end();
});

test('authorize refuses callers', async () => {
  const authentication = requestUser({
    user: ({ headers }) => (headers['x-user'] === undefined ? null : { id: headers['x-user'] }),
  });
  const { url } = await start(echo, { authentication }, { authorize: true });
  await expect(RawClient.open(url)).rejects.toThrow('status 401');
  const client = await RawClient.open(url, { 'x-user': 'ada' });
  client.close();
});

test('while a handler does not read, the server stops reading from its client', async () => {
  const released = createDeferred<void>();
  let received = 0;
  const { url } = await start(async (connection) => {
    await released.promise;
    for await (const chunk of connection) {
      received += chunk.length;
      if (received === 2 * MEGABYTE) await connection.send('all\u001e');
    }
  });
  const client = await new RawEventsClient().open(url);
  let isRead = false;
  const body = Buffer.alloc(2 * MEGABYTE, 'x');
  const posted = client.post(body).then((status) => {
    isRead = true;
    return status;
  });
  for (let i = 0; i < 20; i++) await fetch(`${url}/negotiate`, { method: 'POST' });
  expect(isRead).toBe(false);
  released.resolve();
  expect(await posted).toBe(200);
  expect(await client.next()).toBe('all');
  client.close();
});

test('a handler may leave a loop, and the next loop continues with the next chunk', async () => {
  const released = createDeferred<void>();
  const { url } = await start(async (connection) => {
    await released.promise;
    let received = '';
    for await (const chunk of connection) {
      received += `${Buffer.from(chunk).toString()} `;
      break;
    }
    for await (const chunk of connection) {
      received += `${Buffer.from(chunk).toString()} `;
      if (received.split(' ').length === 4) await connection.send(`${received}\u001e`);
    }
  });
  const client = await new RawEventsClient().open(url);
  for (const text of ['one', 'two', 'three'])
    expect(await client.post(Buffer.from(text))).toBe(200);
  released.resolve();
  expect(await client.next()).toBe('one two three ');
  client.close();
});

test('send waits for a client that does not read, which is disconnected in the end', async () => {
  let sent = 0;
  const ended = createDeferred<void>();
  const { url } = await start(
    async (connection) => {
      while (!connection.signal.aborted) {
        await connection.send('x'.repeat(MEGABYTE));
        sent++;
      }
      ended.resolve();
    },
    { sendTimeout: 200, logger: new CollectingLogger() },
  );
  const client = await RawClient.open(url);
  client.stopReading();
  await ended.promise;
  expect(sent).toBeLessThan(64);
  client.close();
});

test('a path is used once, by a hub or a handler', () => {
  const signalr = new SignalRServer();
  signalr.mapConnection('/raw', echo);
  expect(() => signalr.mapConnection('/RAW', echo)).toThrow("already mapped at '/RAW'");
  expect(() => signalr.mapConnection('/x', echo, { authorize: true })).toThrow('authentication');
  return signalr.close();
});

test('a handler may send and fail after its client has left: nothing is sent or logged', async () => {
  const logger = new CollectingLogger();
  const left = createDeferred<ClientConnection>();
  const finish = createDeferred<undefined>();
  const { url, signalr } = await start(
    async (connection) => {
      for await (const chunk of connection) void chunk;
      left.resolve(connection);
      await finish.promise;
      throw new Error('aborted');
    },
    { logger },
  );
  const client = await RawClient.open(url);
  client.close();
  const connection = await left.promise;
  await expect.poll(() => connection.signal.aborted).toBe(true);
  await connection.send('too late');
  finish.resolve(undefined);
  await signalr.close();
  expect(logger.lines).toEqual([]);
});

test('a second close() during the first one changes nothing', async () => {
  const { url, signalr } = await start(async (connection) => {
    for await (const chunk of connection) void chunk;
    await connection.send('goodbye\u001e');
  });
  const client = await RawClient.open(url);
  const closing = [
    signalr.close(),
    signalr.close(),
    signalr.close({ handOver: true }),
    signalr.close({ handOver: true }),
  ];
  expect(await client.next()).toBe('goodbye');
  await Promise.all(closing);
  await client.end();
});
