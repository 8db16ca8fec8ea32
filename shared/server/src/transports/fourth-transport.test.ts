import { get, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { plainText } from '../connections/http-answer.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { RecordInbox } from '../testing/record-inbox.ts';
import type { TestServer } from '../testing/index.ts';
import { BufferedTransport } from './buffered-transport.ts';
import type { HttpTransportDefinition, HttpTransportSettings } from './transport-definition.ts';

/** Sends payloads as they are, in one response that stays open. */
class PlainStreamTransport extends BufferedTransport {
  readonly name = 'PlainStream';
  protected readonly frame = (payload: string | Uint8Array): Buffer => Buffer.from(payload);
  protected readonly frameAll = (payloads: readonly Uint8Array[]): Buffer =>
    Buffer.concat(payloads);
  readonly #response: ServerResponse;
  readonly #posts: HttpTransportSettings['posts'];

  constructor({ response, posts, batcher, sendLimits, onTooSlow }: HttpTransportSettings) {
    super(batcher, sendLimits, onTooSlow);
    this.#response = response;
    this.#posts = posts;
  }

  listen(events: TransportEvents): void {
    this.#response.on('close', () => {
      this.stopSending();
      this.#posts.end();
      events.onClose();
    });
    this.#response.writeHead(200, { 'Content-Type': 'application/x-records' });
    this.#response.flushHeaders();
    this.#posts.open(events, () => this.abort());
  }

  abort(): void {
    this.stopSending();
    this.#response.destroy();
  }

  pause(): void {
    this.#posts.pause();
  }

  resume(): void {
    this.#posts.resume();
  }

  protected get unsentBytes(): number {
    return this.#response.writableLength;
  }

  protected write(frames: Buffer): void {
    this.#response.write(frames);
  }

  protected end(): void {
    this.#response.end();
  }
}

const plainStream: HttpTransportDefinition = {
  name: 'PlainStream',
  flag: 8,
  transferFormats: ['Text'],
  needsUpgrade: false,
  accepts: ({ headers }) => headers.accept === 'application/x-records',
  canBeDeleted: true,
  refusalHeaders: plainText,
  create: (settings) => new PlainStreamTransport(settings),
};

class StreamClient extends RecordInbox {
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      const headers = { accept: 'application/x-records' };
      const request = get(this.url, { headers }, (response) => {
        response.setEncoding('utf8');
        response.on('data', (text: string) => this.arrived(text));
        response.on('error', () => undefined);
        response.on('close', () => this.ended(response.complete ? 200 : 0));
        resolve();
      });
      request.on('error', reject);
    });
    return this;
  }

  async post(record: string): Promise<number> {
    const response = await fetch(this.url, { method: 'POST', body: `${record}\u001e` });
    return response.status;
  }
}

let server: TestServer;
beforeAll(async () => {
  // Test files share their modules, so this file loads the server again, with a longer registry.
  // The entry in the registry is the only change outside the files of the new transport.
  vi.resetModules();
  vi.doMock('./registry.ts', async (importOriginal) => {
    const { transportRegistry } = await importOriginal<typeof import('./registry.ts')>();
    return { transportRegistry: [plainStream, ...transportRegistry] };
  });
  const { Hub } = await import('../index.ts');
  const { testServer } = await import('../testing/index.ts');
  class EchoHub extends Hub {
    echo(value: unknown): unknown {
      return value;
    }
    transport(): string {
      return this.context.transport;
    }
  }
  const methods = ['echo', 'transport'] as const;
  server = await testServer((signalr) => {
    signalr.mapHub('/hub', EchoHub, { methods });
    signalr.mapHub('/polling', EchoHub, { methods, transports: ['LongPolling'] });
  });
});
afterAll(async () => {
  vi.doUnmock('./registry.ts');
  vi.resetModules();
  await server.close();
});

async function negotiate(path: string) {
  const url = `${server.url}${path}`;
  const response = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST' });
  const body = (await response.json()) as {
    connectionToken: string;
    availableTransports: { transport: string; transferFormats: string[] }[];
  };
  return { ...body, url: `${url}?id=${body.connectionToken}` };
}

const invoke = (target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: '1', target, arguments: args });

test('a fourth transport in the registry is negotiated, and carries calls until a DELETE', async () => {
  const { availableTransports, url } = await negotiate('/hub');
  expect(availableTransports[0]).toEqual({ transport: 'PlainStream', transferFormats: ['Text'] });
  expect(availableTransports).toHaveLength(4);
  const client = await new StreamClient(url).open();
  expect(await client.post('{"protocol":"json","version":1}')).toBe(200);
  expect(await client.next()).toBe('{}');
  await client.post(invoke('Transport'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"PlainStream"}');
  await client.post(invoke('Echo', 'Grüße'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"Grüße"}');
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(202);
  expect((await client.end()).records).toEqual([]);
  expect((await fetch(url)).status).toBe(404);
});

test('its transfer formats apply: a binary hub protocol is refused in the handshake', async () => {
  const client = await new StreamClient((await negotiate('/hub')).url).open();
  await client.post('{"protocol":"messagepack","version":1}');
  expect(await client.next()).toContain("does not support 'Binary' transfer format");
  await client.end();
});

test('the server refuses it if the option transports does not name it', async () => {
  const { availableTransports, url } = await negotiate('/polling');
  expect(availableTransports).toHaveLength(1);
  const response = await fetch(url, { headers: { accept: 'application/x-records' } });
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('PlainStream transport not supported by this end point type');
});

test('a connection cannot change to another transport, and opens its stream only once', async () => {
  const { url } = await negotiate('/hub');
  const client = await new StreamClient(url).open();
  expect((await fetch(url)).status).toBe(400);
  expect((await fetch(url, { headers: { accept: 'application/x-records' } })).status).toBe(409);
  await fetch(url, { method: 'DELETE' });
  await client.end();
});
