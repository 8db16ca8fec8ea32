import { EventEmitter } from 'node:events';
import type { Http2ServerRequest } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isWebSocketConnect, translateConnect } from './http2-upgrade.ts';

/** A stream of HTTP/2 that keeps what is done to it. */
class TestStream extends EventEmitter {
  readonly session = { encrypted: true, socket: { remoteAddress: '::1', remotePort: 5 } };
  readonly actions: unknown[] = [];
  destroyed = false;
  closed = false;
  headersSent = false;

  respond(fields: object): void {
    this.headersSent = true;
    this.actions.push(fields);
  }
  write(bytes: Buffer, done: () => void): void {
    this.actions.push(`write ${bytes.toString()}`);
    done();
  }
  end(): void {
    this.actions.push('end');
  }
  close(code: number): void {
    this.closed = true;
    this.actions.push(`close ${code}`);
  }
  pause(): void {
    this.actions.push('pause');
  }
  resume(): void {}
}

function connect(headers: object = {}) {
  const stream = new TestStream();
  const fields = {
    ':method': 'CONNECT',
    ':path': '/hub?id=1',
    ':protocol': 'websocket',
    ...headers,
  };
  const { request, socket } = translateConnect({
    stream,
    headers: fields,
    authority: 'example.test',
  } as unknown as Http2ServerRequest);
  return { stream, request, socket };
}

/** The code with which a stream is canceled. Source: RFC 9113, section 7. */
const CANCEL = 'close 8';
const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

test('only an extended CONNECT request of HTTP/2 asks for a WebSocket', () => {
  const ask = (httpVersionMajor: number, protocol?: string): boolean =>
    isWebSocketConnect({
      httpVersionMajor,
      headers: { ':protocol': protocol },
    } as unknown as Http2ServerRequest);
  expect([ask(2, 'websocket'), ask(2, 'other'), ask(2), ask(1, 'websocket')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('the request is an upgrade request of HTTP/1.1 without the fields of HTTP/2', () => {
  const { request } = connect({ cookie: 'a=1' });
  expect(request).toMatchObject({ method: 'GET', url: '/hub?id=1' });
  expect(request.socket).toMatchObject({ remoteAddress: '::1', remotePort: 5, encrypted: true });
  expect(request.headers).toEqual({
    host: 'example.test',
    cookie: 'a=1',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': expect.stringMatching(/^[\w+/]{22}==$/),
  });
  expect(connect({ ':path': undefined }).request.url).toBe('/');
});

test('the head may be written in parts, and what follows it is sent', () => {
  const { stream, socket } = connect();
  socket.write('HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: a\r\n');
  expect(stream.actions).toEqual([]);
  socket.write('X-A: 1\r\nx-a: 2\r\nX-A: 3\r\nUpgrade: websocket\r\n\r\nfirst');
  socket.write('second');
  expect(stream.actions).toEqual([
    { ':status': 200, 'sec-websocket-protocol': 'a', 'x-a': ['1', '2', '3'] },
    'write first',
    'write second',
  ]);
});

test('a refusal keeps its status', () => {
  const { stream, socket } = connect();
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  expect(stream.actions).toEqual([{ ':status': 404 }, 'end']);
});

test('a head that does not end is refused at 64 KB', () => {
  const { socket } = connect();
  socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(60_000)}`);
  expect(socket.destroyed).toBe(false);
  socket.write('a'.repeat(10_000));
  expect(socket.destroyed).toBe(true);
});

test('a socket that ends without a response cancels its stream', () => {
  const { stream, socket } = connect();
  socket.end();
  expect(stream.actions).toEqual([CANCEL]);
});

test('a stream that has gone gets no response', () => {
  const { stream, socket } = connect();
  stream.destroyed = true;
  socket.write(`${HEAD}data`);
  expect(stream.actions).toEqual([]);
});

test.each(['close', 'error'])('the socket is destroyed after "%s" of its stream', async (event) => {
  const { stream, socket } = connect();
  stream.closed = event === 'close';
  stream.emit(event, new Error('reset'));
  expect(socket.destroyed).toBe(true);
  await nextTurn();
  expect(stream.actions).toEqual(event === 'close' ? [] : [CANCEL]);
});

test('a reader that is slow pauses the stream, and its end is passed on', async () => {
  const { stream, socket } = connect();
  stream.emit('data', Buffer.alloc(100_000));
  expect(stream.actions).toEqual(['pause']);
  stream.emit('end');
  let bytes = 0;
  for await (const chunk of socket) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(100_000);
});
