import type { FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { replyResponse } from './reply-response.ts';

/** A reply of Fastify that keeps what is called. */
function createReply(isDestroyed = false) {
  const calls: unknown[][] = [];
  const record =
    (name: string, result?: unknown) =>
    (...args: unknown[]): unknown => {
      calls.push([name, ...args]);
      return result;
    };
  const raw = {
    destroyed: isDestroyed,
    headersSent: false,
    setHeader: record('setHeader'),
    writeHead: record('writeHead'),
    flushHeaders: record('flushHeaders'),
    write: record('write', true),
    end: record('end'),
  };
  const reply = {
    raw,
    hijack: record('hijack'),
    getHeaders: () => ({ 'x-app': '1', 'x-unset': undefined }),
    send: record('send'),
  };
  const chained: object = {
    ...reply,
    code(status: number) {
      calls.push(['code', status]);
      return chained;
    },
    headers(headers: object) {
      calls.push(['headers', headers]);
      return chained;
    },
  };
  return { response: replyResponse(chained as unknown as FastifyReply), calls };
}

test('an answer is sent with the reply, also without a head', () => {
  const { response, calls } = createReply();
  expect(response.headersSent).toBe(false);
  response.end('a');
  expect(calls).toEqual([
    ['code', 200],
    ['headers', {}],
    ['send', 'a'],
  ]);
  const binary = createReply();
  binary.response.writeHead(404);
  expect(binary.response.headersSent).toBe(true);
  binary.response.end(Uint8Array.of(1));
  expect(binary.calls).toEqual([
    ['code', 404],
    ['headers', {}],
    ['send', Buffer.of(1)],
  ]);
});

test('a client that has disconnected gets no answer', () => {
  const { response, calls } = createReply(true);
  response.end('a');
  expect(calls).toEqual([]);
});

test('a stream gets the headers of the reply once, also if it starts without a head', () => {
  const { response, calls } = createReply();
  response.write('a');
  response.write('b');
  response.flushHeaders();
  response.end();
  expect(calls).toEqual([
    ['hijack'],
    ['setHeader', 'x-app', '1'],
    ['writeHead', 200, undefined],
    ['write', 'a'],
    ['write', 'b'],
    ['flushHeaders'],
    ['end', ''],
  ]);
});
