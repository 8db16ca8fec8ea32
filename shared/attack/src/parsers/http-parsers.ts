import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import type { FuzzedParser, StartedParser } from '../fuzzing/fuzzed-parser.ts';
import { checkPrototype } from './check-prototype.ts';
import { sendRaw, statusCodes } from '../raw-request.ts';

class QuietHub extends Hub {}

/** The responses to invalid requests. 500 and above would mean that the server has a fault. */
const expected = new Set([200, 204, 400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 431]);

/** Starts a server, and sends it the requests that `write` creates from the inputs. */
async function startHttp(write: (input: Buffer) => Buffer): Promise<StartedParser> {
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const server = await testServer((signalr) => signalr.mapHub('/hub', QuietHub, { methods: [] }), {
    logger,
  });
  return {
    async parse(chunks) {
      const received = await sendRaw(server.port, write(Buffer.concat(chunks)));
      const statuses = statusCodes(received);
      // Nothing arrives if the input ends in the middle of a request: the server waits for more.
      const unexpected = statuses.filter((status) => !expected.has(status));
      if (unexpected.length > 0) throw new Error(`The server answered ${unexpected.join(', ')}.`);
      checkPrototype({});
      return statuses.join(', ');
    },
    async check() {
      const response = await fetch(`${server.url}/hub/negotiate`, { method: 'POST' });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`Negotiation failed: ${response.status}.`);
    },
    close: () => server.close(),
  };
}

/**
 * Replaces spaces and control characters, because a line break would end the line of the request.
 */
const oneLine = (input: Buffer): Buffer =>
  Buffer.from(input.map((byte) => (byte < 33 ? 95 : byte)));
const request = (method: string, target: Buffer, ...rest: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${method} `),
    target,
    Buffer.from(' HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'),
    ...(rest.length === 0 ? ['\r\n'] : rest).map((part) => Buffer.from(part)),
  ]);

const queryParser: FuzzedParser = {
  name: 'query',
  description: 'query strings of all endpoints',
  inputsInTest: 200,
  // Node refuses more than 16 KB of headers.
  sizes: [1500, 12_000],
  growing: {
    'many parameters': (size) => [Buffer.from('id=1&'.repeat(size / 5))],
    'many escapes': (size) => [Buffer.from('%41'.repeat(size / 3))],
    'many digits': (size) => [Buffer.from(`negotiateVersion=${'1'.repeat(size)}x`)],
    'many spaces': (size) => [Buffer.from(`negotiateVersion=${'+'.repeat(size)}x`)],
    'a long token': (size) => [Buffer.from(`id=${'a'.repeat(size)}`)],
  },
  async start() {
    const endpoints = ['POST /hub/negotiate?', 'GET /hub?', 'POST /hub?', 'DELETE /hub?'];
    let next = 0;
    return startHttp((input) => {
      const [method = '', path = ''] = (endpoints[next++ % endpoints.length] as string).split(' ');
      const target = Buffer.concat([Buffer.from(path), oneLine(input)]);
      return request(method, target, 'Content-Length: 0\r\n\r\n');
    });
  },
};

const negotiateParser: FuzzedParser = {
  name: 'negotiate',
  description: 'bodies of negotiate requests',
  inputsInTest: 100,
  sizes: [16_000, 128_000],
  growing: { 'a long body': (size) => [Buffer.alloc(size, 0x5b)] },
  start() {
    // The input is the body, or it is read as chunks of a body.
    const framings = ['Content-Length', 'Transfer-Encoding'];
    let next = 0;
    return startHttp((input) => {
      const framing = framings[next++ % 2] as string;
      const value = framing === 'Content-Length' ? input.length : 'chunked';
      const start = 'POST /hub/negotiate?negotiateVersion=1 HTTP/1.1\r\nHost: localhost\r\n';
      const head = `${start}Content-Type: application/json\r\n${framing}: ${value}\r\n\r\n`;
      // The next request of the connection is answered only if the body was read to its end.
      const end = value === 'chunked' ? '\r\n0\r\n\r\n' : '';
      const rest = request('GET', Buffer.from('/next'));
      return Buffer.concat([Buffer.from(head), input, Buffer.from(end), rest]);
    });
  },
};

/** The parsers of HTTP requests. */
export const httpParsers: readonly FuzzedParser[] = [queryParser, negotiateParser];
