import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { FakeSocket } from '../../testing/fakes/fake-socket.ts';
import { asksForHttp2, serveWithoutUpgrade } from './serve-without-upgrade.ts';

const asks = (upgrade?: string): boolean =>
  asksForHttp2({ headers: { upgrade } } as IncomingMessage);

test('a request asks for HTTP/2 without TLS with `h2c`, in any case', () => {
  expect([asks('h2c'), asks('H2C'), asks('websocket'), asks()]).toEqual([true, true, false, false]);
  expect(['h2c, foo', 'foo,H2C', 'h2c, websocket', 'xh2c'].map(asks)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

/** Serves a request on a new socket. Returns what the server gets. */
function serve(headers: [name: string, value: string][], isEncrypted = false) {
  const socket = Object.assign(new FakeSocket(), isEncrypted && { encrypted: true });
  const events: unknown[][] = [];
  const server = { emit: (...values: unknown[]) => events.push(values) > 0 };
  const rawHeaders = headers.flat();
  const request = { method: 'POST', url: '/chat', httpVersion: '1.1', rawHeaders };
  serveWithoutUpgrade(server, request as IncomingMessage, socket, Buffer.from('body'));
  return { events, socket, text: (socket.read() as Buffer).toString('latin1') };
}

test('the server gets the request without the headers of the upgrade, and its body', () => {
  const { events, socket, text } = serve([
    ['Host', 'example.com'],
    ['CONNECTION', 'close , Upgrade,HTTP2-Settings, x-other'],
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'AAMAAABkAAQCAAAAAAIAAAAA'],
    ['X-Name', 'M\u00fcller'],
  ]);
  expect(text).toBe(
    'POST /chat HTTP/1.1\r\nHost: example.com\r\nCONNECTION: close, x-other\r\n' +
      'X-Name: M\u00fcller\r\n\r\nbody',
  );
  expect(events).toEqual([['connection', socket]]);
});

test('a server with TLS gets the socket as a secure connection', () => {
  const { events, socket } = serve([['Host', 'example.com']], true);
  expect(events).toEqual([['secureConnection', socket]]);
});
