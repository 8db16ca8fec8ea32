import { generateKeyPairSync } from 'node:crypto';
import { azureSignalR } from '@practical-signalr/azure';
import { AzureSignalRError, ServiceManager } from '@practical-signalr/azure/management';
import { Hub } from '@practical-signalr/server';
import { testServer } from '@practical-signalr/server/testing';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import jwt from 'jsonwebtoken';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_ACCESS_KEY, type Emulator, startEmulator } from '../index.ts';
import { connectServer } from '../testing/raw-server.ts';

class ChatHub extends Hub {
  echo(text: string): string {
    return text;
  }
}

const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const issuer = 'https://login.example/tenant/v2.0';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const entraToken = (claims: object = {}, key = keys.privateKey): string =>
  jwt.sign({ aud: 'https://signalr.azure.com', iss: issuer, ...claims }, key, {
    algorithm: 'ES256',
    expiresIn: 60,
  });

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0, entra: { issuer, publicKey } });
});
afterEach(() => emulator.close());

const ask = (token: string): Promise<Response> =>
  fetch(`${emulator.url}/api/v1/auth/accessKey`, { headers: { authorization: `Bearer ${token}` } });

test('an app signs in with Entra ID, and the official client connects', async () => {
  const credential = { getToken: async () => ({ token: entraToken(), expiresOnTimestamp: 0 }) };
  const endpoints = [{ endpoint: emulator.url, credential }];
  const scaleOut = azureSignalR({
    endpoints,
    initialHubServerConnectionCount: 1,
    environment: {},
    logger,
  });
  const app = await testServer(
    (signalr) => signalr.mapHub('/chat', ChatHub, { methods: ['echo'] }),
    { scaleOut, logger },
  );
  const client = new HubConnectionBuilder()
    .withUrl(`${app.url}/chat`)
    .configureLogging(LogLevel.None)
    .build();
  await expect.poll(() => emulator.hubs.get('chathub')?.servers.size).toBe(1);
  await client.start();
  expect(await client.invoke('Echo', 'hé')).toBe('hé');
  const chat = new ServiceManager({ endpoints, environment: {} }).hubContext('ChatHub');
  expect(await chat.clientManager.connectionExists(client.connectionId as string)).toBe(true);
  await client.stop();
  await app.close();
});

test('the access key needs a valid token of the issuer', async () => {
  const answer = await ask(entraToken());
  expect(await answer.json()).toEqual({ KeyId: 'emulator', AccessKey: DEFAULT_ACCESS_KEY });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  for (const token of [
    '',
    'x',
    jwt.sign({ aud: 'https://signalr.azure.com', iss: issuer }, DEFAULT_ACCESS_KEY),
    jwt.sign({ aud: 'https://signalr.azure.com', iss: issuer }, publicKey),
    entraToken({}, stranger),
    entraToken({ iss: 'https://login.example/other' }),
    entraToken({ aud: 'https://management.azure.com' }),
    entraToken({ nbf: Math.floor(Date.now() / 1000) + 3600 }),
  ]) {
    const refused = await ask(token);
    expect([refused.status, await refused.text()]).toEqual([
      401,
      expect.stringContaining('Entra ID token'),
    ]);
  }
});

test('an open server connection renews the key with a valid token only', async () => {
  const server = await connectServer(emulator.url);
  server.send({ type: 28, token: entraToken(), kid: 'old' }, { type: 28, token: 'x', kid: 'old' });
  await expect
    .poll(() => server.of(29))
    .toMatchObject([
      { kid: 'emulator', accessKey: DEFAULT_ACCESS_KEY, errorMessage: null },
      {
        kid: null,
        accessKey: null,
        errorType: 'Unauthorized',
        errorMessage: expect.stringContaining('Entra ID') as string,
      },
    ]);
});

test('an Entra ID token opens no client connection, and nothing without an issuer', async () => {
  const headers = { authorization: `Bearer ${entraToken()}` };
  const client = await fetch(`${emulator.url}/client/negotiate?hub=chathub`, {
    method: 'POST',
    headers,
  });
  expect(client.status).toBe(401);
  const plain = await startEmulator({ port: 0 });
  const refused = await fetch(`${plain.url}/api/v1/auth/accessKey`, { headers });
  expect([refused.status, await refused.text()]).toEqual([
    401,
    expect.stringContaining('option entra'),
  ]);
  const credential = { getToken: async () => ({ token: entraToken(), expiresOnTimestamp: 0 }) };
  const rest = new ServiceManager({
    endpoints: [{ endpoint: plain.url, credential }],
    environment: {},
  });
  await expect(rest.hubContext('ChatHub').clients.all.send('Said')).rejects.toThrow(
    AzureSignalRError,
  );
  await plain.close();
});

test('an issuer without a valid key is refused', async () => {
  for (const entra of [
    { issuer, publicKey: 'x' },
    { issuer: '', publicKey },
    { issuer, publicKey: '' },
  ]) {
    await expect(startEmulator({ port: 0, entra })).rejects.toThrow('a key in PEM');
  }
});
