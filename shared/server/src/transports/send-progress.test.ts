import { HttpTransportType } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { afterEach, expect, test, vi } from 'vitest';
import { PostQueue } from '../connections/post-queue.ts';
import { Hub } from '../index.ts';
import { BytesInFlight } from '../limits/bytes-in-flight.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer } from '../testing/index.ts';
import { BufferedTransport } from './buffered-transport.ts';
import { LongPollingTransport } from './long-polling.ts';
import { WriteBatcher } from './write-batcher.ts';

const SEND_TIMEOUT = 10_000;
const MARK = 65_536;

/** A transport whose client reads when the test says so. */
class ManualTransport extends BufferedTransport {
  readonly name = 'Manual';
  protected readonly frame = (payload: string | Uint8Array): Buffer => Buffer.from(payload);
  protected readonly frameAll = (payloads: readonly Uint8Array[]): Buffer =>
    Buffer.concat(payloads);
  protected unsentBytes = 0;
  isAborted = false;

  listen(): void {}
  pause(): void {}
  resume(): void {}
  abort(): void {
    this.isAborted = true;
    this.stopSending();
  }
  read(bytes: number): void {
    this.unsentBytes -= bytes;
    this.onBytesSent();
  }
  protected write(frames: Buffer): void {
    this.unsentBytes += frames.length;
  }
  protected end(): void {}
}

afterEach(() => {
  vi.useRealTimers();
});

function create(bytesInFlight?: BytesInFlight): {
  readonly transport: ManualTransport;
  readonly batcher: WriteBatcher;
} {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const limits = {
    highWaterMark: MARK,
    maximumBufferSize: 16 * 1024 * 1024,
    sendTimeout: SEND_TIMEOUT,
    bytesInFlight,
  };
  const batcher = new WriteBatcher();
  return { batcher, transport: new ManualTransport(batcher, limits, () => undefined) };
}

test('a client that reads slowly receives 8 MB in 160 sends', () => {
  const { transport, batcher } = create();
  for (let i = 0; i < 160; i++) transport.send('x'.repeat(50_000));
  batcher.flush();
  for (let remaining = 8_000_000; remaining > 0; remaining -= MARK) {
    expect(transport.isAborted, `${remaining}`).toBe(false);
    vi.advanceTimersByTime(SEND_TIMEOUT - 1);
    transport.read(Math.min(MARK, remaining));
  }
  vi.advanceTimersByTime(3 * SEND_TIMEOUT);
  expect(transport.isAborted).toBe(false);
});

test('a client that stops reading is disconnected', () => {
  const { transport, batcher } = create();
  for (let i = 0; i < 160; i++) transport.send('x'.repeat(50_000));
  batcher.flush();
  vi.advanceTimersByTime(SEND_TIMEOUT - 1);
  transport.read(MARK);
  vi.advanceTimersByTime(2 * SEND_TIMEOUT);
  expect(transport.isAborted).toBe(true);
});

test('when all clients together have too much unread, those with a backlog are disconnected', () => {
  const total = new BytesInFlight(3 * MARK);
  const [slow, quick, other] = [create(total), create(total), create(total)];
  const send = ({ transport, batcher }: typeof slow, bytes: number): void => {
    transport.send('x'.repeat(bytes));
    batcher.flush();
  };
  send(slow, 2 * MARK);
  send(quick, MARK);
  expect(total.total).toBe(3 * MARK);
  send(quick, 1);
  expect(quick.transport.isAborted).toBe(true);
  expect(total.total).toBe(2 * MARK);
  send(other, MARK);
  slow.transport.read(2 * MARK);
  other.transport.read(MARK);
  expect([slow.transport.isAborted, other.transport.isAborted]).toEqual([false, false]);
  expect(total.total).toBe(0);
});

test('bytes that a closed connection has not sent do not count', () => {
  const total = new BytesInFlight(10 * MARK);
  const { transport, batcher } = create(total);
  transport.send('x'.repeat(2 * MARK));
  batcher.flush();
  transport.abort();
  transport.read(MARK);
  expect(total.total).toBe(0);
});

test('one message over the maximum is not a backlog, many are', () => {
  const { transport, batcher } = create();
  transport.send('x'.repeat(40_000_000));
  transport.send('{"type":3}');
  batcher.flush();
  transport.send('{"type":6}');
  expect(transport.isAborted).toBe(false);
  transport.send('x'.repeat(40_000_000));
  expect(transport.isAborted).toBe(true);
});

test('a client that closes slowly must make progress', () => {
  const { transport } = create();
  transport.send('x'.repeat(1000));
  transport.close();
  vi.advanceTimersByTime(SEND_TIMEOUT);
  expect(transport.isAborted).toBe(true);
});

test.each([
  ['WebSockets', HttpTransportType.WebSockets, undefined],
  ['WebSockets with MessagePack', HttpTransportType.WebSockets, new MessagePackHubProtocol()],
  ['Server-Sent Events', HttpTransportType.ServerSentEvents, undefined],
  ['Long Polling', HttpTransportType.LongPolling, undefined],
])('a message over the buffer limit is delivered over %s', async (_name, transport, protocol) => {
  const length = 17_000_000; // The default of maximumBufferSize is 16 MB.
  class LargeHub extends Hub {
    async large(): Promise<string> {
      await this.clients.caller.send('Large', 'y'.repeat(length));
      return 'x'.repeat(length);
    }
  }
  const logger = new CollectingLogger();
  await using server = await testServer(
    { '/hub': { hub: LargeHub, methods: ['large'] } },
    { logger },
  );
  const client = await server.connect('/hub', {
    transport,
    // A client that is busy with the message must not take that for silence of the server.
    serverTimeout: 600_000,
    ...(protocol === undefined ? {} : { protocol }),
  });
  const received = client.nextCall('Large');
  const result = (await client.invoke('large')) as string;
  const [text] = (await received) as [string];
  expect([result.length, text.length]).toEqual([length, length]);
  expect([result === 'x'.repeat(length), text === 'y'.repeat(length)]).toEqual([true, true]);
});

test('a long-polling client that reads a large response slowly is not away', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const limits = { highWaterMark: MARK, maximumBufferSize: 100 * MARK, sendTimeout: SEND_TIMEOUT };
  const times = { pollTimeout: 90_000, disconnectTimeout: 5000 };
  const batcher = new WriteBatcher();
  const transport = new LongPollingTransport(
    new PostQueue(0),
    times,
    batcher,
    limits,
    () => undefined,
  );
  let isClosed = false;
  transport.listen({
    onReceive: () => undefined,
    onClose: () => {
      isClosed = true;
    },
  });
  const poll = () => {
    const listeners = new Map<string, () => void>();
    const response = {
      writableLength: 0,
      writableFinished: false,
      isEnded: false,
      on: (name: string, listener: () => void) => void listeners.set(name, listener),
      emit: (name: string) => listeners.get(name)?.(),
      writeHead: () => undefined,
      write: (bytes: Uint8Array) => {
        response.writableLength += bytes.length;
      },
      end: () => {
        response.isEnded = true;
      },
      destroy: () => undefined,
    };
    transport.poll(response as never);
    return response;
  };
  poll();
  const response = poll();
  transport.send('x'.repeat(20 * MARK));
  batcher.flush();
  while (!response.isEnded) {
    vi.advanceTimersByTime(times.disconnectTimeout - 1);
    response.writableLength = 0;
    response.emit('drain');
    expect(isClosed).toBe(false);
  }
  response.writableFinished = true;
  response.emit('close');
  vi.advanceTimersByTime(times.disconnectTimeout - 1);
  expect(isClosed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isClosed).toBe(true);
});
