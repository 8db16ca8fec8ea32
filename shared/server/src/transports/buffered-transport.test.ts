import { expect, test, vi } from 'vitest';
import { BytesInFlight } from '../limits/bytes-in-flight.ts';
import { PostQueue } from '../connections/post-queue.ts';
import { SharedPayload } from '../connections/shared-payload.ts';
import { BufferedTransport } from './buffered-transport.ts';
import { LongPollingTransport } from './long-polling.ts';
import { WriteBatcher } from './write-batcher.ts';

/** Creates a transport without a client. Long polling keeps data until the next poll. */
function createTransport(
  limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 10_000 },
) {
  const batcher = new WriteBatcher();
  const slow: string[] = [];
  const times = { pollTimeout: 10_000, disconnectTimeout: 10_000 };
  const transport = new LongPollingTransport(new PostQueue(0), times, batcher, limits, () =>
    slow.push('slow'),
  );
  const bodies: string[] = [];
  transport.listen({ onReceive: () => undefined, onClose: () => bodies.push('closed') });
  const poll = (): void => {
    let onClose = (): void => undefined;
    const response = {
      on: (name: string, listener: () => void) => name === 'close' && (onClose = listener),
      writeHead: () => undefined,
      end: (body?: Buffer) => bodies.push(body?.toString() ?? ''),
      destroy: () => undefined,
      writableFinished: true,
    };
    transport.poll(response as never);
    onClose();
  };
  poll();
  bodies.length = 0;
  return { transport, batcher, slow, bodies, poll };
}

test('text, bytes and shared payloads of one turn keep their order and are written together', () => {
  const { transport, batcher, bodies, poll } = createTransport();
  transport.send('a');
  transport.send(Buffer.from('b'));
  transport.send(Buffer.from('c'));
  transport.sendShared(new SharedPayload('d'));
  transport.send('e');
  transport.send(Buffer.from('f'));
  batcher.flush();
  poll();
  expect(bodies).toEqual(['abcdef']);
  transport.abort();
});

test('senders wait above the high-water mark until the client has read enough', async () => {
  const { transport, batcher, poll } = createTransport();
  transport.send('x'.repeat(10));
  expect(transport.whenRoom()).toBeUndefined();
  transport.send('x');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  batcher.flush();
  poll();
  await room;
  expect(transport.whenRoom()).toBeUndefined();
  transport.abort();
});

test('a buffer over the maximum closes the connection, and senders wait no longer', async () => {
  const { transport, slow, bodies } = createTransport();
  transport.send('x'.repeat(60));
  const room = transport.whenRoom();
  transport.send('x'.repeat(60));
  transport.send('x'.repeat(60));
  await room;
  expect(slow).toEqual(['slow']);
  expect(bodies).toEqual(['closed']);
  transport.send('not delivered');
  expect(transport.whenRoom()).toBeUndefined();
});

test('the high-water mark is exact, for text and for bytes', () => {
  for (const payload of ['x'.repeat(10), Buffer.alloc(10)]) {
    const { transport } = createTransport();
    transport.send(payload);
    expect(transport.whenRoom()).toBeUndefined();
    transport.send(Buffer.alloc(1));
    expect(transport.whenRoom()).toBeInstanceOf(Promise);
    transport.abort();
  }
});

test('the maximum is exact, and the largest message does not count', () => {
  const limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 10_000 };
  const { transport, slow } = createTransport(limits);
  transport.send('x'.repeat(40));
  transport.send('x'.repeat(70));
  transport.send('x'.repeat(60));
  expect(slow).toEqual([]);
  transport.send('x');
  expect(slow).toEqual(['slow']);
  const large = createTransport(limits);
  large.transport.send('x'.repeat(10_000));
  expect(large.slow).toEqual([]);
  large.transport.abort();
});

test('the largest message does not count with all of its bytes, if its characters have several', () => {
  const limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 10_000 };
  const { transport, batcher, slow } = createTransport(limits);
  transport.send('€'.repeat(5000));
  batcher.flush();
  transport.send('x'.repeat(100));
  expect(slow).toEqual([]);
  transport.send('x');
  expect(slow).toEqual(['slow']);
});

test('after the client has read, the largest message of before does not count', () => {
  const { transport, batcher, slow, poll } = createTransport();
  transport.send('x'.repeat(1000));
  batcher.flush();
  poll();
  transport.send('x'.repeat(60));
  transport.send('x'.repeat(60));
  transport.send('x'.repeat(60));
  expect(slow).toEqual(['slow']);
});

test('a client that reads nothing for the send timeout is disconnected above the high-water mark', () => {
  vi.useFakeTimers();
  const limits = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 1000 };
  const { transport, batcher, slow } = createTransport(limits);
  transport.send('x'.repeat(11));
  batcher.flush();
  vi.advanceTimersByTime(999);
  expect(slow).toEqual([]);
  vi.advanceTimersByTime(1001);
  expect(slow).toEqual(['slow']);
  const reading = createTransport(limits);
  reading.transport.send('x'.repeat(10));
  reading.batcher.flush();
  vi.advanceTimersByTime(5000);
  expect(reading.slow).toEqual([]);
  reading.transport.abort();
  vi.useRealTimers();
});

test('nothing is sent after a close, and the collected messages are', () => {
  const { transport, bodies, poll } = createTransport();
  transport.send('a');
  transport.close();
  transport.close();
  transport.send('b');
  transport.sendShared(new SharedPayload('c'));
  poll();
  expect(bodies[0]).toBe('a');
  expect(bodies.join('')).not.toMatch(/[bc]$/);
  transport.abort();
});

test('text is framed every 4096 characters, and stays in order', () => {
  const { transport, batcher, bodies, poll } = createTransport({
    highWaterMark: 100_000,
    maximumBufferSize: 100_000,
    sendTimeout: 10_000,
  });
  const parts = ['a'.repeat(4095), 'b', 'c'.repeat(5000), 'd'];
  for (const part of parts) transport.send(part);
  batcher.flush();
  poll();
  expect(bodies).toEqual([parts.join('')]);
  transport.abort();
});

/** A transport that records its writes, whose client reads when the test says so. */
class RecordingTransport extends BufferedTransport {
  readonly name = 'Recording';
  readonly calls: string[] = [];
  unsentBytes = 0;
  protected readonly frame = (payload: string | Uint8Array): Buffer =>
    Buffer.from(`[${typeof payload === 'string' ? payload : Buffer.from(payload).toString()}]`);
  protected readonly frameAll = (payloads: readonly Uint8Array[]): Buffer =>
    Buffer.from(`<${Buffer.concat(payloads).toString()}>`);

  protected write(frames: Buffer): void {
    this.calls.push(frames.toString());
    this.unsentBytes += frames.length;
  }
  protected end(): void {
    this.calls.push('end');
  }
  listen(): void {}
  abort(): void {
    this.calls.push('abort');
    this.stopSending();
  }
  pause(): void {}
  resume(): void {}
  read(bytes: number): void {
    this.unsentBytes -= bytes;
    this.onBytesSent();
  }
}

function createRecording(limits = {}) {
  const batcher = new WriteBatcher();
  const all = { highWaterMark: 10, maximumBufferSize: 100, sendTimeout: 1000, ...limits };
  const transport = new RecordingTransport(batcher, all, () => transport.calls.push('slow'));
  return { transport, batcher };
}

test('text and bytes of one turn are framed in runs, and nothing is written without data', () => {
  const { transport, batcher } = createRecording({ maximumBufferSize: 100_000 });
  for (const part of ['a', 'b', Buffer.from('c'), Buffer.from('d'), 'e']) transport.send(part);
  transport.sendShared(new SharedPayload('f'));
  batcher.flush();
  expect(transport.calls).toEqual(['[ab]<cd>[e][f]']);
  transport.flush();
  expect(transport.calls).toHaveLength(1);
  const long = createRecording({ maximumBufferSize: 100_000 });
  for (const part of ['a'.repeat(4095), 'b', 'c', 'd']) long.transport.send(part);
  long.batcher.flush();
  expect(long.transport.calls).toEqual([`[${'a'.repeat(4095)}b][cd]`]);
});

test('unsent bytes count until the client has read them, and progress counts reads', async () => {
  const { transport, batcher } = createRecording();
  transport.send('12345678'); // ten bytes with the frame
  batcher.flush();
  expect(transport.whenRoom()).toBeUndefined();
  transport.send('x');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  batcher.flush();
  expect(transport.progress).toBe(0);
  transport.read(3);
  await room;
  expect([transport.progress, transport.whenRoom()]).toEqual([1, undefined]);
});

test('a client that reads a little in each period stays, and one that stops is closed', () => {
  vi.useFakeTimers();
  const { transport, batcher } = createRecording();
  transport.send('x'.repeat(50));
  batcher.flush();
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(900);
    transport.read(1);
  }
  expect(transport.calls).toHaveLength(1);
  vi.advanceTimersByTime(3000);
  expect(transport.calls.slice(1)).toEqual(['slow', 'abort']);
  vi.useRealTimers();
});

test('while a connection closes, each remaining byte must make progress', () => {
  vi.useFakeTimers();
  const { transport } = createRecording();
  transport.send('x');
  transport.close();
  expect(transport.calls).toEqual(['[x]', 'end']);
  vi.advanceTimersByTime(3000);
  expect(transport.calls).toEqual(['[x]', 'end', 'abort']);
  const read = createRecording();
  read.transport.send('x');
  read.transport.close();
  read.transport.read(3);
  vi.advanceTimersByTime(3000);
  expect(read.transport.calls).toEqual(['[x]', 'end']);
  vi.useRealTimers();
});

test('the bytes of all connections contain what a client has not read, until it has gone', () => {
  const bytesInFlight = new BytesInFlight(1000);
  const { transport, batcher } = createRecording({ bytesInFlight });
  const other = createRecording({ bytesInFlight });
  transport.send('12345678');
  other.transport.send('1');
  batcher.flush();
  other.batcher.flush();
  expect(bytesInFlight.total).toBe(13);
  transport.read(4);
  expect(bytesInFlight.total).toBe(9);
  transport.send('x');
  transport.abort();
  expect(bytesInFlight.total).toBe(3);
  // The socket still reports its bytes, and nothing more is sent.
  transport.read(1);
  batcher.flush();
  transport.send('y');
  batcher.flush();
  expect(transport.calls).toEqual(['[12345678]', 'abort']);
  expect(bytesInFlight.total).toBe(3);
  other.transport.abort();
  expect(bytesInFlight.total).toBe(0);
});

test('a client that has not read is closed if the bytes of all connections exceed their limit', () => {
  const bytesInFlight = new BytesInFlight(20);
  const { transport, batcher } = createRecording({ bytesInFlight });
  transport.send('x'.repeat(18));
  batcher.flush();
  expect(transport.calls).toHaveLength(1);
  bytesInFlight.change(1); // of another connection
  transport.read(1);
  transport.send('x');
  batcher.flush();
  expect(transport.calls.slice(2)).toEqual(['slow', 'abort']);
});

test('a transport is flushed once in a turn', () => {
  const { transport, batcher } = createRecording();
  const add = vi.spyOn(batcher, 'add');
  transport.send('a');
  transport.send('b');
  expect(add).toHaveBeenCalledOnce();
  batcher.flush();
  transport.send('c');
  expect(add).toHaveBeenCalledTimes(2);
  batcher.flush();
  transport.abort();
});
