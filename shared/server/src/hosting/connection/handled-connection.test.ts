import { expect, test } from 'vitest';
import { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { ResolvedOptions } from '../../server-options.ts';
import type { EndpointConnection, NewConnection } from '../endpoint.ts';
import type { ClientConnection } from './client-connection.ts';
import { connectionEndpoint, MAXIMUM_CHUNKS } from './handled-connection.ts';

/** Opens a connection whose handler reads when the test says so. */
async function open(
  bytesInFlight?: BytesInFlight,
  transportMaxBufferSize = 100,
): Promise<{
  readonly served: EndpointConnection;
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly isPaused: () => boolean;
  /** Called when the transport resumes. */
  readonly resumes: { listener: () => void };
  /** Closes the connection, and lets the handler return after that. */
  readonly close: () => void;
}> {
  let isPaused = false;
  const resumes = { listener: (): void => undefined };
  let chunks: AsyncIterator<Uint8Array> | undefined;
  let finish = (): void => undefined;
  const handler = (connection: ClientConnection): Promise<void> => {
    chunks = connection[Symbol.asyncIterator]();
    return new Promise((resolve) => (finish = resolve));
  };
  const transport = {
    name: 'WebSockets',
    pause: () => (isPaused = true),
    resume() {
      isPaused = false;
      resumes.listener();
    },
    close: () => served.transportEvents.onClose(),
    abort: () => served.transportEvents.onClose(),
  };
  const connection = {
    context: { connectionId: 'c', ticket: undefined },
    request: {},
    transport,
    bytesInFlight,
    onEnded: () => undefined,
  } as unknown as NewConnection;
  const options = { transportMaxBufferSize, shutdownTimeout: 1000 } as ResolvedOptions;
  const served = connectionEndpoint('/raw', handler, options).connect(connection);
  await Promise.resolve(); // The handler starts in the next microtask.
  return {
    served,
    chunks: chunks!,
    isPaused: () => isPaused,
    resumes,
    close: () => {
      served.transportEvents.onClose();
      finish();
    },
  };
}

test('what a handler has not read counts for the limit of all clients, until the connection closes', async () => {
  const bytesInFlight = new BytesInFlight(50);
  const [full, other] = [await open(bytesInFlight), await open(bytesInFlight)];
  full.served.transportEvents.onReceive(Buffer.alloc(50));
  expect([bytesInFlight.total, full.isPaused()]).toEqual([50, false]);
  full.served.transportEvents.onReceive(Buffer.alloc(1));
  other.served.transportEvents.onReceive('a');
  expect([bytesInFlight.total, full.isPaused(), other.isPaused()]).toEqual([52, true, true]);

  await full.chunks.next();
  expect(bytesInFlight.total).toBe(2);
  await full.chunks.next();
  const waiting = full.chunks.next();
  expect([bytesInFlight.total, full.isPaused()]).toEqual([1, false]);

  full.close();
  await waiting;
  other.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(bytesInFlight.total).toBe(0);
});

test('what a handler reads after the connection has closed does not count twice', async () => {
  const bytesInFlight = new BytesInFlight(50);
  const { served, chunks, close } = await open(bytesInFlight);
  served.transportEvents.onReceive(Buffer.alloc(10));
  close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(bytesInFlight.total).toBe(0);
  await chunks.next();
  expect(bytesInFlight.total).toBe(0);
});

test('what arrives after the close is dropped, and so is an empty chunk', async () => {
  const bytesInFlight = new BytesInFlight(50);
  const { served, chunks, close } = await open(bytesInFlight);
  served.transportEvents.onReceive('');
  expect(bytesInFlight.total).toBe(0);
  close();
  served.transportEvents.onReceive('late');
  served.transportEvents.onClose();
  expect(bytesInFlight.total).toBe(0);
  expect(await chunks.next()).toEqual({ done: true, value: undefined });
});

test('a client that sends very small chunks is paused before they take much memory', async () => {
  const { served, chunks, isPaused, close } = await open(undefined, 65_536);
  for (let i = 1; i < MAXIMUM_CHUNKS; i++) served.transportEvents.onReceive('x');
  expect(isPaused()).toBe(false);
  served.transportEvents.onReceive('x');
  expect(isPaused()).toBe(true);
  for (let i = 0; i < MAXIMUM_CHUNKS; i++) await chunks.next();
  const next = chunks.next();
  expect(isPaused()).toBe(false);
  close();
  await next;
});

test('a chunk that arrives while the transport resumes is read', async () => {
  const { served, chunks, resumes, close } = await open();
  served.transportEvents.onReceive(Buffer.alloc(100));
  resumes.listener = () => served.transportEvents.onReceive('held');
  await chunks.next();
  const { value } = await chunks.next();
  expect(value?.toString()).toBe('held');
  close();
});
