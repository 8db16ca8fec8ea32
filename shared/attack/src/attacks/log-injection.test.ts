import { inspect } from 'node:util';
import { Hub, jwtBearer, type Logger } from '@practical-signalr/server';
import { testServer, type TestServer } from '@practical-signalr/server/testing';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PollingClient } from '../polling-client.ts';
import { sendRaw } from '../raw-request.ts';

class StrictHub extends Hub {
  fail(text: string): void {
    throw new Error(text);
  }
}

/** Ends the line, clears the screen, writes right to left, and looks like a line of the log. */
const hostile = "'\r\n[error] forged \u001b[2J\u009b31m\u2028\u202e\0";
const key = 'a key for tests alone, 32 bytes or more of it';

const lines: string[] = [];
const write = (message: string, ...details: unknown[]): void => {
  // As console does: texts unchanged, other values as inspect shows them.
  const texts = details.map((detail) => (typeof detail === 'string' ? detail : inspect(detail)));
  lines.push([message, ...texts].join(' '));
};
const logger: Logger = { debug: write, info: write, warn: write, error: write };

let server: TestServer;
beforeAll(async () => {
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/open', StrictHub, { methods: ['fail'], allowedOrigins: ['http://a.b'] });
      signalr.mapHub('/closed', StrictHub, {
        methods: ['fail'],
        authentication: jwtBearer({ key }),
        authorize: { policy: () => false },
      });
    },
    { logger },
  );
});
afterAll(() => server.close());

/** Every line of the log, of which only the first one of a message may start with text. */
function expectWholeLines(atLeast: number): void {
  const written = lines.splice(0);
  expect(written.length).toBeGreaterThanOrEqual(atLeast);
  for (const text of written) {
    for (const [i, line] of text.split('\n').entries()) {
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
      if (i > 0) expect(line).toMatch(/^[ }]/);
    }
  }
}

test.each([
  ['the name of a method', { type: 1, target: hostile, arguments: [] }],
  ['an invocation id', { type: 1, invocationId: hostile, target: 'nobody', arguments: [] }],
  ['an argument', { type: 1, target: 'fail', arguments: [hostile, hostile] }],
  ['an unexpected member', { type: hostile }],
  ['the error of a close message', { type: 7, error: hostile }],
])('%s forges no line of the log', async (_name, message) => {
  const client = await PollingClient.connect(`${server.url}/open`);
  await client.send(`${JSON.stringify(message)}\u001e`);
  await client.send('{"type":1,"target":"nobody","arguments":[]}\u001e');
  await client.close();
  expectWholeLines(0);
});

test('a message that cannot be read forges no line of the log', async () => {
  for (const text of [hostile, `{"type":1,"${hostile}`, `{"type":"${JSON.stringify(hostile)}`]) {
    const client = await PollingClient.connect(`${server.url}/open`);
    await client.send(`${text}\u001e`);
    await client.poll();
  }
  expectWholeLines(1);
});

test('the protocol of a handshake forges no line of the log', async () => {
  for (const name of [hostile, 'x'.repeat(300)]) {
    const handshake = JSON.stringify({ protocol: name, version: 1 });
    const response = await fetch(`${server.url}/open/negotiate?negotiateVersion=1`, {
      method: 'POST',
    });
    const { connectionToken } = (await response.json()) as { connectionToken: string };
    const url = `${server.url}/open?id=${connectionToken}`;
    await (await fetch(url)).text();
    await (await fetch(url, { method: 'POST', body: `${handshake}\u001e` })).text();
    await (await fetch(url)).text();
  }
  expectWholeLines(0);
});

test('a user id of a token forges no line of the log', async () => {
  const token = jwt.sign({ sub: hostile }, key, { expiresIn: 60 });
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/closed/negotiate`, { method: 'POST', headers });
  expect([response.status, await response.text()]).toEqual([403, '']);
  expectWholeLines(1);
});

test('an origin forges no line of the log', async () => {
  const request = Buffer.concat([
    Buffer.from('POST /open/negotiate HTTP/1.1\r\nHost: localhost\r\nOrigin: http://x.y/'),
    Buffer.from('\u009b31m\u2028\u202e[error]'),
    Buffer.from('\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  ]);
  expect(await sendRaw(server.port, request)).toMatch(/^HTTP\/1\.1 403 /);
  expectWholeLines(1);
});

test('an error of a method with the text of a client forges no line of the default log', async () => {
  const print = vi.spyOn(console, 'error').mockImplementation(write);
  const quiet = await testServer({ '/hub': { hub: StrictHub, methods: ['fail'] } });
  const client = await PollingClient.connect(`${quiet.url}/hub`);
  const call = { type: 1, invocationId: '1', target: 'fail', arguments: [hostile] };
  await client.send(`${JSON.stringify(call)}\u001e`);
  await client.poll();
  await client.close();
  await quiet.close();
  expect(print).toHaveBeenCalledTimes(1);
  expect(lines[0]).toContain('\n    at ');
  expectWholeLines(1);
});
