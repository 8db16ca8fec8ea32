import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { expect, test } from 'vitest';
import { DEFAULT_ACCESS_KEY, startEmulator } from '../index.ts';
import { serverlessApp } from '../testing/serverless-app.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the serverless app of the documentation is the one under test', () => {
  const snippets = [
    ...read('../../../docs/guides/azure-emulator.md').matchAll(/^```ts\n(.*?)^```/gms),
  ].map(([, code]) => code);
  expect(snippets).toContain(read('../testing/serverless-app.ts'));
});

test('a page negotiates with the app, calls it and receives its messages', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream = `${url}/{hub}/{category}/{event}`;
  const emulator = await startEmulator({ port: 0, serviceMode: 'Serverless', upstream });
  server.on('request', serverlessApp(emulator.url, DEFAULT_ACCESS_KEY));
  const page = new HubConnectionBuilder()
    .withUrl(`${url}/chat?user=ada`)
    .configureLogging(LogLevel.None)
    .build();
  const said = new Promise((resolve) => page.on('Said', (...args: unknown[]) => resolve(args)));
  await page.start();
  expect(await page.invoke('Say', 'hello')).toBe('said');
  expect(await said).toEqual(['ada', 'hello']);
  const stranger = await fetch(`${url}/chat/messages/Say`, {
    method: 'POST',
    headers: { 'x-asrs-connection-id': 'x', 'x-asrs-signature': 'sha256=00' },
  });
  expect(stranger.status).toBe(401);
  await page.stop();
  await emulator.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
