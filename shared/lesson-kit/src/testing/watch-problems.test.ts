import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { type Browser, type Page } from '@playwright/test';
import { see } from './see.ts';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { hasChromium, launchChromium } from './chromium.ts';
import { watchProblems } from './watch-problems.ts';

describe.runIf(hasChromium())('watchProblems', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.statusCode = request.url === '/' ? 200 : 404;
      response.end('<!doctype html><title>A page</title><link rel="icon" href="data:,">');
    }).listen(0, '127.0.0.1');
    browser = await launchChromium();
    const context = await browser.newContext();
    problems = watchProblems(context);
    page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  const send = (method: string, path: string, body?: number[]): Promise<number> =>
    page.evaluate(
      async ([verb, url, bytes]) =>
        (await fetch(url, { method: verb, ...(bytes && { body: new Uint8Array(bytes) }) })).status,
      [method, path, body] as const,
    );
  const complaint =
    'Failed to load resource: the server responded with a status of 404 (Not Found)';

  test('status 404 is a problem, also for a ping', async () => {
    await send('GET', '/hub?id=1');
    await send('POST', '/hub?id=1', [...Buffer.from('{"type":6}\u001e')]);
    await see.poll(() => problems).toEqual([complaint, complaint]);
    problems.length = 0;
  });

  test('status 404 is not a problem for a Close message or a DELETE', async () => {
    const packed = new Uint8Array(
      new MessagePackHubProtocol().writeMessage({ type: 7 }) as ArrayBuffer,
    );
    await send('POST', '/hub?id=2', [...Buffer.from('{"type":7}\u001e')]);
    await send('POST', '/hub?id=3', [...packed]);
    await send('DELETE', '/hub?id=4');
    await page.evaluate(() => console.warn('the end'));
    await see.poll(() => problems).toEqual(['the end']);
  });

  test('an access token in the console is a problem, unless it is masked', async () => {
    problems.length = 0;
    await page.evaluate(() => {
      console.info('connected to ws://127.0.0.1/hub?id=1&access_token=•••');
      console.info('connected to ws://127.0.0.1/hub?id=1&access_token=secret');
    });
    await see.poll(() => problems).toEqual(['The console shows an access token.']);
  });
});
