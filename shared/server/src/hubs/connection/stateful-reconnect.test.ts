import { HubConnectionBuilder, LogLevel, type HubConnection } from '@microsoft/signalr';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

let taken: number[] = [];
let connects = 0;
let onGone = (): void => undefined;
class StatefulHub extends Hub {
  override onConnected(): void {
    connects++;
  }
  override onDisconnected(): void {
    onGone();
  }
  take(n: number): number {
    taken.push(n);
    return n;
  }
  async tell(count: number): Promise<void> {
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
  taken = [];
  connects = 0;
  logged.length = 0;
  const log = (text: string): void => void logged.push(text);
  disconnectTimeout = new TestTimeout();
  const options = {
    allowStatefulReconnects: true,
    disconnectTimeout: disconnectTimeout.ms,
    sendTimeout,
    keepAliveInterval: 100, // and with it the time between two looks at the clock
  };
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/hub', StatefulHub, options);
      signalr.mapHub('/small', StatefulHub, { ...options, statefulReconnectBufferSize: 200 });
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

/** A raw client that has agreed to stateful reconnect; `again` comes back on a new socket. */
async function connectRaw(
  path = '/hub',
): Promise<{ client: RawClient; again: () => Promise<RawClient> }> {
  const negotiated = await fetch(
    `${server.url}${path}/negotiate?negotiateVersion=1&useStatefulReconnect=true`,
    {
      method: 'POST',
    },
  );
  const { connectionToken } = (await negotiated.json()) as { connectionToken: string };
  const again = () => RawClient.open(`${server.url}${path}?id=${connectionToken}`);
  const client = await again();
  client.send(`{"protocol":"json","version":2}${RS}`);
  expect(await client.next()).toBe('{}');
  return { client, again };
}

test('the official client: its socket is cut again and again, nothing is lost, nothing comes twice', async () => {
  const connection = await connectOfficial();
  const told: number[] = [];
  const items: number[] = [];
  let cuts = 0;
  // Cut while calls, answers, messages and items are under way.
  const cutEach = (n: number, step: number): void => {
    if (n % step === step - 1 && ++cuts) proxy.cut();
  };
  const allTold = new Promise<void>((resolve) =>
    connection.on('m', (n: number) => {
      told.push(n);
      cutEach(n, 97);
      if (n === 299) resolve();
    }),
  );
  const stream = new Promise<void>((complete, error) =>
    connection
      .stream<number>('Count', 300)
      .subscribe({ next: (n) => items.push(n), complete, error }),
  );
  const telling = connection.invoke('Tell', 300);
  await Promise.all([stream, telling, allTold]);
  for (let n = 0; n < 100; n++) {
    const answer = connection.invoke('Take', n);
    cutEach(n, 13);
    expect(await answer).toBe(n);
  }
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  expect(told).toEqual(numbers);
  expect(items).toEqual(numbers);
  expect(taken).toEqual(numbers.slice(0, 100));
  expect(cuts).toBeGreaterThan(9);
  expect(connects).toBe(1);
  await connection.stop();
});

test('any mix of calls and cuts runs each call once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (cuts) => {
      taken = [];
      const connection = await connectOfficial();
      const answers = [];
      for (const [n, cut] of cuts.entries()) {
        answers.push(connection.invoke('Take', n));
        if (cut) {
          proxy.cut();
          await answers.at(-1); // the client comes back once for each break
        }
      }
      expect(await Promise.all(answers)).toEqual([...cuts.keys()]);
      expect(taken).toEqual([...cuts.keys()]);
      await connection.stop();
    }),
    { numRuns: 25 },
  );
});

test('a client may come back before the server has noticed that its socket is dead', async () => {
  const { client, again } = await connectRaw();
  client.send(call('1', 'Take', 1));
  expect(await client.next()).toContain('"result":1');
  const back = await again();
  expect(await back.next()).toBe('{"type":9,"sequenceId":1}');
  expect(await back.next()).toContain('"result":1');
  back.send(`{"type":9,"sequenceId":2}${RS}${call('2', 'Take', 2)}`);
  expect(await back.next()).toContain('"result":2');
  expect((await client.end()).code).toBe(1006);
  expect(connects).toBe(1);
  back.close();
});

test('a broadcast is framed once, for those that may come back and those that came back', async () => {
  const three = await Promise.all([connectRaw(), connectRaw(), connectRaw()]);
  three[1].client.close();
  const back = await three[1].again();
  back.send(`{"type":9,"sequenceId":1}${RS}`);
  await back.next();
  const framed = vi.spyOn(SharedPayload.prototype, 'framed');
  three[0].client.send(call('1', 'Tell', 1));
  for (const client of [three[0].client, back, three[2].client])
    expect(await client.next()).toContain('"target":"m"');
  const frames = framed.mock.results.map((result) => result.value as Buffer);
  framed.mockRestore();
  expect(frames).toHaveLength(3);
  expect(new Set(frames).size).toBe(1);
  for (const { client } of three) client.close();
  back.close();
});

test('half a message that came before the break is not glued to what comes after it', async () => {
  const { client, again } = await connectRaw();
  client.send('{"type":1,"invocationId":"1","target":"Ta');
  client.close();
  const back = await again();
  back.send(`{"type":9,"sequenceId":1}${RS}${call('1', 'Take', 1)}`);
  expect([await back.next(), await back.next()]).toEqual([
    '{"type":9,"sequenceId":1}',
    '{"type":3,"invocationId":"1","result":1}',
  ]);
  back.close();
});

test('a full buffer holds the sender back until the client acknowledges', async () => {
  const { client } = await connectRaw('/small');
  client.send(call('1', 'Tell', 10));
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

test('a client that reads and never acknowledges is closed: it must not hold others', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { client } = await connectRaw('/small');
  const other = await RawClient.connect(`${server.url}/small`);
  other.send(call('1', 'Tell', 20));
  for (let n = 0; n < 6; n++) await client.next(); // these fill the buffer
  const looks = vi.spyOn(MessageBuffer.prototype, 'fullFor');
  await expect.poll(() => looks.mock.calls.length).toBeGreaterThan(1); // the server knows
  vi.setSystemTime(Date.now() + sendTimeout + 1);
  let last: string | undefined;
  do last = await other.next();
  while (last?.includes('"target"') === true);
  expect(last).toContain('"result":null');
  expect((await client.end()).code).toBe(1006);
  expect(logged).toEqual([expect.stringContaining('does not read')]);
  other.close();
});

test('one who says a higher number than was ever sent is closed; so is garbage after a reconnect', async () => {
  for (const sent of [`{"type":9,"sequenceId":7}${RS}`, `nonsense${RS}`]) {
    const { client, again } = await connectRaw();
    client.close();
    const back = await again();
    back.send(sent);
    expect((await back.end()).records.at(-1)).toContain('Connection closed with an error.');
    await expect(again()).rejects.toThrow('status 404');
  }
});

test('a socket that breaks RFC 6455 is not waited for', async () => {
  const { client, again } = await connectRaw();
  const gone = new Promise<void>((resolve) => (onGone = resolve));
  (client.webSocket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
    Buffer.from([0xff, 0xff]),
  );
  await gone;
  await expect(again()).rejects.toThrow('status 404');
});

test('a server that closes does not wait for clients that are away', async () => {
  const { client } = await connectRaw();
  const gone = new Promise<void>((resolve) => (onGone = resolve));
  client.close();
  await server.close();
  await gone;
});

test('without agreement a broken socket is the end', async () => {
  const gone = new Promise<void>((resolve) => (onGone = resolve));
  const client = await RawClient.open(`${server.url}/hub`);
  client.send(`{"protocol":"json","version":2}${RS}`);
  await client.next();
  client.close();
  await gone;
});
