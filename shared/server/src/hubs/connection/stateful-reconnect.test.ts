import { HubConnectionBuilder, LogLevel, type HubConnection } from '@microsoft/signalr';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunningClock } from '../../connections/running-clock.ts';
import { SharedPayload } from '../../connections/shared-payload.ts';
import { Hub } from '../../index.ts';
import { type CuttingProxy, startCuttingProxy } from '../../testing/cutting-proxy.ts';
import { testServer, type TestServer } from '../../testing/index.ts';
import { MessageBuffer } from './message-buffer.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { TestTimeout } from '../../testing/test-timeout.ts';

const RS = '\u001e';
const call = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args }) + RS;

let calls: number[] = [];
let connects = 0;
let onDisconnected = (): void => undefined;
class StatefulHub extends Hub {
  override onConnected(): void {
    connects++;
  }
  override onDisconnected(): void {
    onDisconnected();
  }
  take(n: number): number {
    calls.push(n);
    return n;
  }
  async broadcast(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.all.send('m', i);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

let server: TestServer;
let disconnectTimeout: TestTimeout;
const sendTimeout = 20_000;
let proxy: CuttingProxy;
const logged: string[] = [];
beforeEach(async () => {
  calls = [];
  connects = 0;
  logged.length = 0;
  const log = (text: string): void => {
    logged.push(text);
  };
  disconnectTimeout = new TestTimeout();
  const options = {
    allowStatefulReconnects: true,
    disconnectTimeout: disconnectTimeout.ms,
    sendTimeout,
    keepAliveInterval: 100, // and with it the time between two looks at the clock
  };
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/hub', StatefulHub, { methods: ['take', 'broadcast', 'count'], ...options });
      signalr.mapHub('/small', StatefulHub, {
        methods: ['take', 'broadcast', 'count'],
        ...options,
        statefulReconnectBufferSize: 200,
      });
    },
    { logger: { debug: log, info: log, warn: log, error: log } },
  );
  proxy = await startCuttingProxy(server.port);
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  await proxy.close();
  disconnectTimeout[Symbol.dispose]();
});

async function connectOfficial(): Promise<HubConnection> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${proxy.url}/hub`)
    .withStatefulReconnect()
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  return connection;
}

/** Connects a raw client with stateful reconnect. `reconnect` opens a new socket. */
async function connectRaw(
  path = '/hub',
): Promise<{ client: RawClient; reconnect: () => Promise<RawClient> }> {
  const response = await fetch(
    `${server.url}${path}/negotiate?negotiateVersion=1&useStatefulReconnect=true`,
    {
      method: 'POST',
    },
  );
  const { connectionToken } = (await response.json()) as { connectionToken: string };
  const reconnect = () => RawClient.open(`${server.url}${path}?id=${connectionToken}`);
  const client = await reconnect();
  client.send(`{"protocol":"json","version":2}${RS}`);
  expect(await client.next()).toBe('{}');
  return { client, reconnect };
}

test('with the official client, no message is lost or repeated when its socket breaks often', async () => {
  const connection = await connectOfficial();
  const received: number[] = [];
  const items: number[] = [];
  let cuts = 0;
  // Break the socket while calls, completions, messages and items are on their way.
  const cutEach = (n: number, step: number): void => {
    if (n % step !== step - 1) return;
    cuts++;
    proxy.cut();
  };
  const allReceived = new Promise<void>((resolve) =>
    connection.on('m', (n: number) => {
      received.push(n);
      cutEach(n, 97);
      if (n === 299) resolve();
    }),
  );
  const stream = new Promise<void>((complete, error) =>
    connection
      .stream<number>('Count', 300)
      .subscribe({ next: (n) => items.push(n), complete, error }),
  );
  const broadcast = connection.invoke('Broadcast', 300);
  await Promise.all([stream, broadcast, allReceived]);
  for (let n = 0; n < 100; n++) {
    const answer = connection.invoke('Take', n);
    cutEach(n, 13);
    expect(await answer).toBe(n);
  }
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  expect(received).toEqual(numbers);
  expect(items).toEqual(numbers);
  expect(calls).toEqual(numbers.slice(0, 100));
  expect(cuts).toBeGreaterThan(9);
  expect(connects).toBe(1);
  await connection.stop();
});

test('each call runs once and in order for any sequence of calls and broken sockets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (cuts) => {
      calls = [];
      // A new port, because fetch could reuse an HTTP connection that the last run has broken.
      await proxy.close();
      proxy = await startCuttingProxy(server.port);
      const connection = await connectOfficial();
      const answers = [];
      for (const [n, cut] of cuts.entries()) {
        answers.push(connection.invoke('Take', n));
        if (cut) {
          proxy.cut();
          await answers.at(-1); // each break causes one reconnect
        }
      }
      expect(await Promise.all(answers)).toEqual([...cuts.keys()]);
      expect(calls).toEqual([...cuts.keys()]);
      await connection.stop();
    }),
    { numRuns: 25 },
  );
});

test('a client may reconnect before the server notices that its socket is broken', async () => {
  const { client, reconnect } = await connectRaw();
  client.send(call('1', 'Take', 1));
  expect(await client.next()).toContain('"result":1');
  const reconnected = await reconnect();
  expect(await reconnected.next()).toBe('{"type":9,"sequenceId":1}');
  expect(await reconnected.next()).toContain('"result":1');
  reconnected.send(`{"type":9,"sequenceId":2}${RS}${call('2', 'Take', 2)}`);
  expect(await reconnected.next()).toContain('"result":2');
  expect((await client.end()).code).toBe(1006);
  expect(connects).toBe(1);
  reconnected.close();
});

test.each([-3_600_000, 3_600_000])(
  'a jump of the clock by %d ms while a client is away does not end its connection',
  async (jump) => {
    const { client, reconnect } = await connectRaw();
    vi.useFakeTimers({ toFake: ['Date'] });
    client.close();
    vi.setSystemTime(Date.now() + jump);
    const reconnected = await reconnect();
    reconnected.send(`{"type":9,"sequenceId":1}${RS}${call('1', 'Take', 1)}`);
    expect(await reconnected.next()).toBe('{"type":9,"sequenceId":1}');
    expect(await reconnected.next()).toContain('"result":1');
    expect(connects).toBe(1);
    reconnected.close();
  },
);

test('a broadcast is framed once for clients before and after a reconnect', async () => {
  const clients = await Promise.all([connectRaw(), connectRaw(), connectRaw()]);
  clients[1].client.close();
  const reconnected = await clients[1].reconnect();
  reconnected.send(`{"type":9,"sequenceId":1}${RS}`);
  await reconnected.next();
  const framed = vi.spyOn(SharedPayload.prototype, 'framed');
  clients[0].client.send(call('1', 'Broadcast', 1));
  for (const client of [clients[0].client, reconnected, clients[2].client])
    expect(await client.next()).toContain('"target":"m"');
  const frames = framed.mock.results.map((result) => result.value as Buffer);
  framed.mockRestore();
  expect(frames).toHaveLength(3);
  expect(new Set(frames).size).toBe(1);
  for (const { client } of clients) client.close();
  reconnected.close();
});

test('a partial message from the broken socket is discarded', async () => {
  const { client, reconnect } = await connectRaw();
  client.send('{"type":1,"invocationId":"1","target":"Ta');
  client.close();
  const reconnected = await reconnect();
  reconnected.send(`{"type":9,"sequenceId":1}${RS}${call('1', 'Take', 1)}`);
  expect([await reconnected.next(), await reconnected.next()]).toEqual([
    '{"type":9,"sequenceId":1}',
    '{"type":3,"invocationId":"1","result":1}',
  ]);
  reconnected.close();
});

test('a full buffer makes the sender wait until the client acknowledges', async () => {
  const { client } = await connectRaw('/small');
  client.send(call('1', 'Broadcast', 10));
  // Six messages are more than 200 bytes; a seventh has to wait.
  const received: (string | undefined)[] = [];
  for (let n = 0; n < 6; n++) received.push(await client.next());
  client.send(`{"type":8,"sequenceId":6}${RS}`);
  for (let n = 6; n < 11; n++) received.push(await client.next());
  expect(received.slice(0, 10)).toEqual(
    Array.from({ length: 10 }, (_, n) => `{"type":1,"target":"m","arguments":[${n}]}`),
  );
  expect(received[10]).toBe('{"type":3,"invocationId":"1","result":null}');
  client.close();
});

test('a client that never acknowledges is closed, so that it does not delay other clients', async () => {
  const { client } = await connectRaw('/small');
  const other = await RawClient.connect(`${server.url}/small`);
  other.send(call('1', 'Broadcast', 20));
  for (let n = 0; n < 6; n++) await client.next(); // these fill the buffer
  const looks = vi.spyOn(MessageBuffer.prototype, 'fullFor');
  await expect.poll(() => looks.mock.calls.length).toBeGreaterThan(1); // the server knows
  vi.spyOn(RunningClock.prototype, 'tick').mockImplementation(function (this: RunningClock) {
    return this.now() + sendTimeout + 1;
  });
  let last: string | undefined;
  do last = await other.next();
  while (last?.includes('"target"') === true);
  expect(last).toContain('"result":null');
  expect((await client.end()).code).toBe(1006);
  expect(logged).toEqual([expect.stringContaining('does not read its messages')]);
  other.close();
});

test('a Sequence message with a number that is too high, or garbage after a reconnect, closes the connection', async () => {
  for (const sent of [`{"type":9,"sequenceId":7}${RS}`, `nonsense${RS}`]) {
    const { client, reconnect } = await connectRaw();
    client.close();
    const reconnected = await reconnect();
    reconnected.send(sent);
    expect((await reconnected.end()).records.at(-1)).toContain('Connection closed with an error.');
    await expect(reconnect()).rejects.toThrow('status 404');
  }
});

test('a client that violates RFC 6455 cannot reconnect', async () => {
  const { client, reconnect } = await connectRaw();
  const disconnected = new Promise<void>((resolve) => (onDisconnected = resolve));
  (client.webSocket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
    Buffer.from([0xff, 0xff]),
  );
  await disconnected;
  await expect(reconnect()).rejects.toThrow('status 404');
});

test('closing the server does not wait for disconnected clients', async () => {
  const { client } = await connectRaw();
  const disconnected = new Promise<void>((resolve) => (onDisconnected = resolve));
  client.close();
  await server.close();
  await disconnected;
});

test('without stateful reconnect, the connection closes when its socket breaks', async () => {
  const disconnected = new Promise<void>((resolve) => (onDisconnected = resolve));
  const client = await RawClient.open(`${server.url}/hub`);
  client.send(`{"protocol":"json","version":2}${RS}`);
  await client.next();
  client.close();
  await disconnected;
});
