import type { ServerResponse } from 'node:http';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessKeyRefresh } from '../connections/access-key-refresh.ts';
import type { ServiceConnection } from '../connections/service-connection.ts';
import { type ServiceMessage, ServiceMessageType as Type } from '../service-protocol/index.ts';
import { type ChatApp, negotiate, silent, startChat } from '../testing/chat-app.ts';
import { type FakeService, startFakeService } from '../testing/fake-service.ts';
import { EntraCredentials } from './endpoint-credentials.ts';
import type { TokenCredential } from './token-credential.ts';

const KEY = { KeyId: 'key-1', AccessKey: 'the key of the service' };
let service: FakeService;
let receivedRequests: (string | undefined)[];
let answer: (response: ServerResponse) => void;
let app: ChatApp | undefined;

beforeEach(async () => {
  receivedRequests = [];
  answer = (response) => response.end(JSON.stringify(KEY));
  service = await startFakeService((request, response) => {
    receivedRequests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    answer(response);
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await app?.close();
  app = undefined;
  await service.close();
});

/** Any credential of `@azure/identity` looks like this. */
const credential = {
  getToken: vi.fn(async () => ({ token: 'entra-token', expiresOnTimestamp: 0 })),
};

async function start(): Promise<ChatApp> {
  app = await startChat({ endpoints: [{ endpoint: service.url, credential }] });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  return app;
}

test('server connections send the Entra token, and the key of the service signs the tokens of clients', async () => {
  const { claims, accessToken } = await negotiate(await start());
  expect(service.connections[0]?.request.headers.authorization).toBe('Bearer entra-token');
  expect(credential.getToken).toHaveBeenCalledWith('https://signalr.azure.com/.default', {
    abortSignal: expect.any(AbortSignal) as unknown,
  });
  expect(receivedRequests).toEqual(['GET /api/v1/auth/accessKey Bearer entra-token']);
  expect(jwt.verify(accessToken, KEY.AccessKey)).toMatchObject({
    aud: 'http://127.0.0.1/client/?hub=chathub',
  });
  expect(jwt.decode(accessToken, { complete: true })?.header.kid).toBe('key-1');
  expect(claims['nameid']).toBeUndefined();
  await negotiate(app as ChatApp);
  expect(receivedRequests).toHaveLength(1);
});

test('clients and servers use the endpoints that are set for them', async () => {
  app = await startChat({
    endpoints: [
      {
        endpoint: 'https://signalr.example',
        clientEndpoint: 'https://clients.example/',
        serverEndpoint: `${service.url}/`,
        credential,
      },
    ],
  });
  await expect.poll(() => app?.signalr.health().status).toBe('Healthy');
  const { url, accessToken } = await negotiate(app);
  expect(url.href).toMatch(/^https:\/\/clients\.example\/client\/\?hub=chathub/);
  expect(jwt.decode(accessToken)).toMatchObject({
    aud: 'https://signalr.example/client/?hub=chathub',
  });
  expect(receivedRequests).toEqual(['GET /api/v1/auth/accessKey Bearer entra-token']);
});

test.each(['clientEndpoint', 'serverEndpoint'])('an empty %s is refused', (name) => {
  const endpoint = { endpoint: service.url, credential, [name]: '' };
  expect(() => startChat({ endpoints: [endpoint] })).toThrow(`'${name}' of an endpoint`);
});

test('a credential without a token says so', async () => {
  const empty: TokenCredential = { getToken: async () => null };
  const credentials = new EntraCredentials(service.url, async () => empty, 'HS256', 1);
  await expect(credentials.serverToken()).rejects.toMatchObject({
    code: 'ERR_SIGNALR_AZURE_NO_ENTRA_TOKEN',
  });
});

test('a key that the service sends over a server connection signs the tokens of clients', async () => {
  const running = await start();
  await negotiate(running);
  service.connections[0]?.send({
    type: Type.AccessKeyResponse,
    kid: 'key-2',
    accessKey: 'the next key of the service',
    errorType: null,
    errorMessage: null,
    ext: {},
  });
  const keyOf = async (): Promise<unknown> =>
    jwt.decode((await negotiate(running)).accessToken, { complete: true })?.header.kid;
  await expect.poll(keyOf).toBe('key-2');
});

test('if the service refuses the token, clients get 500 without a body', async () => {
  answer = (response) => response.writeHead(403).end('a secret reason');
  const credentials = new EntraCredentials(service.url, async () => credential, 'HS256', 1);
  await expect(credentials.clientToken('a', {}, 1000)).rejects.toMatchObject({
    statusCode: 500,
    message: '',
  });
  expect(receivedRequests).toHaveLength(3);
  answer = (response) => response.end('{}');
  await expect(credentials.clientToken('a', {}, 1000)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('SignalR App Server') as unknown },
  });
});

test('a credential that does not answer is aborted, and asked again', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const silentOnce: TokenCredential = {
    getToken(_scopes, options) {
      signals.push(options?.abortSignal);
      return signals.length === 1 ? new Promise(() => undefined) : credential.getToken();
    },
  };
  const credentials = new EntraCredentials(service.url, async () => silentOnce, 'HS256', 1, 1);
  expect(await credentials.clientToken('a', {}, 1000)).toEqual(expect.any(String));
  expect(signals.map((signal) => signal?.reason as unknown)).toEqual([
    expect.objectContaining({ code: 'ERR_SIGNALR_AZURE_ENTRA_TIMEOUT' }),
    undefined,
  ]);
});

test('a new key is fetched in advance, and clients wait for it after two hours', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const credentials = new EntraCredentials(service.url, async () => credential, 'HS512', 1);
  const keyOf = async (): Promise<unknown> =>
    jwt.decode(await credentials.clientToken('a', {}, 1000), { complete: true })?.header;
  expect(await keyOf()).toMatchObject({ alg: 'HS512', kid: 'key-1' });
  answer = (response) => response.end(JSON.stringify({ KeyId: 'key-2', AccessKey: 'x' }));
  vi.setSystemTime(Date.now() + 56 * 60_000);
  expect(await keyOf()).toMatchObject({ kid: 'key-1' });
  await expect.poll(() => credentials.keyId).toBe('key-2');
  answer = (response) => response.writeHead(500).end();
  vi.setSystemTime(Date.now() + 121 * 60_000);
  await expect(credentials.clientToken('a', {}, 1000)).rejects.toMatchObject({ statusCode: 500 });
});

test('an open connection renews the key every ten minutes, and a refusal is logged', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const sent: ServiceMessage[] = [];
  const connection = {
    send: (message: ServiceMessage) => sent.push(message),
  } as unknown as ServiceConnection;
  const credentials = new EntraCredentials(service.url, async () => credential, 'HS256', 1);
  const warn = vi.fn();
  const refresh = new AccessKeyRefresh(credentials, () => connection, { ...silent, warn });
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  await vi.waitFor(() =>
    expect(sent).toEqual([{ type: Type.AccessKeyRequest, token: 'entra-token', kid: null }]),
  );
  const answered = {
    type: Type.AccessKeyResponse,
    kid: 'key-9',
    accessKey: 'k',
    errorType: null,
    errorMessage: null,
    ext: {},
  };
  refresh.receive(answered);
  expect(credentials.keyId).toBe('key-9');
  refresh.receive({ ...answered, kid: null, accessKey: null, errorMessage: 'not for you' });
  expect(credentials.keyId).toBe('key-9');
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('not for you'));
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  await vi.waitFor(() => expect(sent[1]).toMatchObject({ kid: 'key-9' }));
  refresh.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('without @azure/identity, the error says what to install', async () => {
  const warn = vi.fn();
  app = await startChat({
    connectionString: `Endpoint=${service.url};AuthType=azure`,
    logger: { ...silent, warn },
  });
  await expect
    .poll(() => warn.mock.calls.flat().join(' '))
    .toContain("'npm install @azure/identity'");
  expect((await negotiate(app)).status).toBe(500);
});
