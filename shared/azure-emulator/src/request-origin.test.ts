import {
  hasChromium,
  httpStatus,
  launchChromium,
  webSocketUpgrade as upgrade,
} from '@practical-signalr/lesson-kit/testing';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_ACCESS_KEY, type Emulator, startEmulator } from './index.ts';
import { clientToken } from './testing/service-client.ts';
import { connectServer } from './testing/raw-server.ts';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0, allowedOrigins: ['https://app.example'] });
});
afterEach(() => emulator.close());

type Headers = Readonly<Record<string, string>>;

const serverToken = (): string =>
  jwt.sign({}, DEFAULT_ACCESS_KEY, {
    audience: 'http://127.0.0.1/server/?hub=chat',
    expiresIn: 60,
  });
const restToken = (path: string): string =>
  jwt.sign({}, DEFAULT_ACCESS_KEY, { audience: `http://127.0.0.1${path}`, expiresIn: 60 });

/** Returns the status of a request with headers that only a foreign page or a program sends. */
const statusOf = (method: string, path: string, headers: Headers): Promise<number | undefined> =>
  httpStatus({ port: emulator.port, method, path, headers });

const ownHost = (): string => `127.0.0.1:${emulator.port}`;

/** Sends a valid request to each kind of endpoint. Returns the statuses. */
async function statuses(headers: Headers): Promise<Record<string, number | undefined>> {
  const client = { authorization: `Bearer ${clientToken()}`, ...headers };
  const rest = { authorization: `Bearer ${restToken('/api/hubs/chat/users/ada')}`, ...headers };
  const server = { ...upgrade, authorization: `Bearer ${serverToken()}`, ...headers };
  return {
    page: await statusOf('GET', '/', headers),
    status: await statusOf('GET', '/api/status', headers),
    health: await statusOf('GET', '/api/health', headers),
    rest: await statusOf('HEAD', '/api/hubs/chat/users/ada?api-version=2022-06-01', rest),
    server: await statusOf('GET', '/server/?hub=chat&cid=1', server),
    negotiate: await statusOf('POST', '/client/negotiate?hub=chat', client),
    client: await statusOf('GET', '/client/?hub=chat', { ...upgrade, ...client }),
  };
}

const all = (status: number): Record<string, number> => ({
  page: status,
  status,
  health: status,
  rest: status,
  server: status,
  negotiate: status,
  client: status,
});
const served = {
  page: 200,
  status: 200,
  health: 200,
  rest: 404, // The user does not exist.
  server: 101,
  negotiate: 200,
  client: 101,
};
/** What pages of other origins may use: the endpoints of clients. */
const clientsOnly = { ...all(403), negotiate: 200, client: 101 };

test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])(
  'programs without an Origin header are served under the host name %s',
  async (name) => {
    expect(await statuses({ host: `${name}:${emulator.port}` })).toEqual(served);
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example:8888',
  'user@localhost',
])("no endpoint accepts the Host header '%s'", async (host) => {
  expect(await statuses({ host })).toEqual(all(403));
});

test.each([
  'http://evil.example',
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  '',
  'x',
])("no endpoint accepts the Origin header '%s'", async (origin) => {
  expect(await statuses({ host: ownHost(), origin })).toEqual(all(403));
});

test.each([
  'http://localhost:4103',
  'http://127.0.0.1:5173',
  'https://[::1]:3000',
  'https://app.example',
])('pages of %s may connect as clients, and use nothing else', async (origin) => {
  expect(await statuses({ host: ownHost(), origin })).toEqual(clientsOnly);
});

test('the own page may use every endpoint', async () => {
  expect(await statuses({ host: ownHost(), origin: `http://${ownHost()}` })).toEqual(served);
});

test('a page of the machine that the Host header names may connect if the emulator listens on all addresses', async () => {
  await emulator.close();
  emulator = await startEmulator({ port: 0, host: '0.0.0.0' });
  const host = `my-machine:${emulator.port}`;
  expect(await statuses({ host, origin: 'http://my-machine:3000' })).toEqual(clientsOnly);
  expect(await statuses({ host, origin: 'http://evil.example' })).toEqual(all(403));
});

test.runIf(hasChromium())(
  'in Chromium, a page of another port connects as a client, and not as a server',
  { timeout: 60_000 },
  async () => {
    const lesson = await startEmulator({ port: 0 }); // Any page of another port.
    const browser = await launchChromium();
    try {
      const server = await connectServer(emulator.url);
      const page = await browser.newPage();
      await page.goto(lesson.url);
      const result = await page.evaluate(
        async ([url, token, serverTokenText]) => {
          const query = `hub=chat&access_token=${token}`;
          const negotiate = await fetch(`${url}/client/negotiate?${query}`, { method: 'POST' });
          const { connectionToken } = (await negotiate.json()) as { connectionToken: string };
          const open = (address: string): Promise<string> =>
            new Promise((resolve) => {
              const socket = new WebSocket(address.replace('http', 'ws'));
              socket.onopen = () => resolve('open');
              socket.onerror = () => resolve('refused');
            });
          return {
            client: await open(`${url}/client/?${query}&id=${connectionToken}`),
            server: await open(`${url}/server/?hub=chat&cid=2&access_token=${serverTokenText}`),
            status: await fetch(`${url}/api/status`).then(
              () => 'read',
              () => 'refused',
            ),
          };
        },
        [emulator.url, clientToken(), serverToken()] as const,
      );
      expect(result).toEqual({ client: 'open', server: 'refused', status: 'refused' });
      server.webSocket.terminate();
    } finally {
      await browser.close();
      await lesson.close();
    }
  },
);
