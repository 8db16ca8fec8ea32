import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { SharedPayload } from '../connections/shared-payload.ts';
import { Hub } from '../index.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { testServer, type TestServer } from './index.ts';
import { RawClient } from './raw-client.ts';
import { TestTimeout } from './test-timeout.ts';
import type { TransportName } from '../transports/registry.ts';

/** A client of one transport, for the suite. */
export interface SuiteClient {
  send(data: string | Uint8Array): void;
  next(): Promise<string | undefined>;
  end(): Promise<{ records: string[]; code: number }>;
  stopReading(): void;
  close(): void;
}

const RS = '\u001e';
export const call = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args }) + RS;
const result = (id: string, value: unknown): string =>
  JSON.stringify({ type: 3, invocationId: id, result: value });

/** The tests that every transport must pass. `connect` returns a client after its handshake. */
export function transportSuite(
  name: TransportName,
  connect: (url: string) => Promise<SuiteClient>,
): void {
  let server: TestServer;
  let sendTimeout: TestTimeout;
  let disconnectTimeout: TestTimeout;
  let url: string;
  let witness: RawClient;
  let connected = 0;
  let onEmpty = (): void => undefined;
  const logged: string[] = [];

  class SuiteHub extends Hub {
    override onConnected(): void {
      connected++;
    }
    override onDisconnected(): void {
      if (--connected === 1) onEmpty(); // only the witness is left
    }
    echo(value: unknown): unknown {
      return value;
    }
    transport(): string {
      return this.context.transport;
    }
    seen(): unknown[] {
      return [this.context.request.query.get('color'), this.context.request.path];
    }
    leave(): void {
      this.context.abort();
    }
    large(length: number): string {
      return 'y'.repeat(length);
    }
    async flood(count: number, text: string): Promise<number> {
      for (let i = 0; i < count; i++) await this.clients.all.send('m', text);
      return count;
    }
    async tell(count: number): Promise<void> {
      for (let i = 0; i < count; i++) await this.clients.caller.send('m', i);
    }
  }
  const methods = ['echo', 'transport', 'seen', 'leave', 'large', 'flood', 'tell'] as const;
  /** Resolves when all clients except the witness have disconnected. */
  const empty = (): Promise<void> => {
    if (connected <= 1) return Promise.resolve();
    const isEmpty = new Promise<void>((resolve) => (onEmpty = resolve));
    return disconnectTimeout.elapseUntil(isEmpty);
  };

  beforeAll(async () => {
    const log = (text: string): void => void logged.push(text);
    sendTimeout = new TestTimeout();
    disconnectTimeout = new TestTimeout();
    const options = { sendTimeout: sendTimeout.ms, disconnectTimeout: disconnectTimeout.ms };
    server = await testServer(
      (signalr) => signalr.mapHub('/hub', SuiteHub, { methods, ...options }),
      {
        logger: { debug: log, info: log, warn: log, error: log },
      },
    );
    url = `${server.url}/hub`;
    witness = await RawClient.connect(url);
  });
  afterEach(async () => {
    witness.send(call('w', 'Echo', 'still here'));
    let record: string | undefined;
    do record = await witness.next();
    while (record?.includes('"target":"m"') === true);
    expect(record).toBe(result('w', 'still here'));
  });
  afterAll(async () => {
    await disconnectTimeout.elapseUntil(server.close());
    disconnectTimeout[Symbol.dispose]();
    sendTimeout[Symbol.dispose]();
  });

  test('a call returns its result, and the hub knows the transport and the opening request', async () => {
    const client = await connect(`${url}?color=red`);
    client.send(call('1', 'Transport') + call('2', 'Seen'));
    expect(await client.next()).toBe(result('1', name));
    expect(await client.next()).toBe(result('2', ['red', '/hub']));
    client.close();
  });

  test('calls in one send and in many are answered in order; what is sent keeps its order', async () => {
    const client = await connect(url);
    client.send(Array.from({ length: 200 }, (_, i) => call(`a${i}`, 'Echo', i)).join(''));
    for (let i = 0; i < 50; i++) client.send(call(`b${i}`, 'Echo', i));
    client.send(call('t', 'Tell', 50));
    for (let i = 0; i < 200; i++) expect(await client.next()).toBe(result(`a${i}`, i));
    for (let i = 0; i < 50; i++) expect(await client.next()).toBe(result(`b${i}`, i));
    for (let i = 0; i < 50; i++)
      expect(await client.next()).toBe(`{"type":1,"target":"m","arguments":[${i}]}`);
    expect(await client.next()).toBe(result('t', null));
    client.close();
  });

  test('a call may arrive in chunks, cut within a character', async () => {
    const client = await connect(url);
    const bytes = Buffer.from(call('1', 'Echo', 'Grüße'));
    const cut = bytes.indexOf(0xc3) + 1;
    client.send(bytes.subarray(0, cut));
    client.send(bytes.subarray(cut));
    expect(await client.next()).toBe(result('1', 'Grüße'));
    client.close();
  });

  test('a broadcast is framed once for all its receivers', async () => {
    await empty();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(url)));
    const framed = vi.spyOn(SharedPayload.prototype, 'framed');
    clients[0]?.send(call('f', 'Flood', 1, 'once'));
    for (const client of clients) expect(await client.next()).toContain('once');
    const frames = framed.mock.results.map((call_) => call_.value as Buffer);
    framed.mockRestore();
    // Five receivers share one frame; the witness, a WebSocket, comes first.
    expect(new Set(frames.slice(1)).size).toBe(1);
    for (const client of clients) client.close();
  });

  test('large messages pass both ways', async () => {
    const client = await connect(url);
    const large = 'x'.repeat(30_000);
    client.send(call('1', 'Echo', large));
    expect(await client.next()).toBe(result('1', large));
    for (const length of [100_000, 1_000_000, 5_000_000]) {
      client.send(call('2', 'Large', length));
      expect((await client.next())?.length).toBe(result('2', '').length + length);
    }
    client.close();
  });

  test('a client that never reads is closed; senders and memory are not held', async () => {
    await empty();
    logged.length = 0;
    const deaf = await connect(url);
    deaf.stopReading();
    witness.send(call('f', 'Flood', 400, 'x'.repeat(30_000)));
    const answer = async (): Promise<string | undefined> => {
      let record = await witness.next();
      while (record?.includes('"target":"m"') === true) record = await witness.next();
      return record;
    };
    expect(await sendTimeout.elapseUntil(answer())).toBe(result('f', 400));
    await empty();
    expect(logged.filter((text) => text.includes('does not read its messages'))).toHaveLength(1);
    deaf.close();
  });

  test('abort by the hub, a Close message of the client and garbage end the connection', async () => {
    for (const [sent, answer] of [
      [call('1', 'Leave'), '{"type":7}'],
      [`{"type":7}${RS}`, '{"type":7}'],
      [
        `nonsense${RS}`,
        '{"type":7,"error":"Connection closed with an error.","allowReconnect":true}',
      ],
      [
        'x'.repeat(40_000),
        '{"type":7,"error":"Connection closed with an error.","allowReconnect":true}',
      ],
      [
        Buffer.from([0xff, 0xfe, 0x1e]),
        '{"type":7,"error":"Connection closed with an error.","allowReconnect":true}',
      ],
    ] as const) {
      const client = await connect(url);
      client.send(sent);
      expect((await client.end()).records).toEqual([answer]);
      client.close();
      await empty();
    }
  });

  test('a client that vanishes is disconnected', async () => {
    const client = await connect(url);
    client.close();
    await empty();
    expect(connected).toBe(1);
  });

  test('close tells clients to reconnect and waits for them', async () => {
    const other = await testServer((signalr) => signalr.mapHub('/hub', SuiteHub, { methods }));
    const client = await connect(`${other.url}/hub`);
    const end = client.end();
    await other.close();
    expect((await end).records).toEqual(['{"type":7,"allowReconnect":true}']);
    client.close();
  });

  test('TCP cut at any byte: the client fails or is served, the server keeps nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12_000 }), async (bytes) => {
        const proxy = await startCuttingProxy(server.port, bytes);
        const connection = new HubConnectionBuilder()
          .withUrl(`${proxy.url}/hub`, { transport: HttpTransportType[name] })
          .configureLogging(LogLevel.None)
          .build();
        try {
          await connection.start();
          for (let i = 0; i < 20; i++) expect(await connection.invoke('Echo', `${i}`)).toBe(`${i}`);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).not.toContain('expected'); // everything that arrives is correct
        }
        await connection.stop();
        await proxy.close();
      }),
      { numRuns: 40 },
    );
    await empty();
    expect(connected).toBe(1);
  });
}
