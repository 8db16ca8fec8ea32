import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as signalR from '@microsoft/signalr';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin, type Twin } from './twin/start-twin.ts';

/** The official client from its browser bundle, as the page sees it. */
declare const window: { signalR: typeof signalR };

const bundle = createRequire(import.meta.url).resolve('@microsoft/signalr/dist/browser/signalr.js');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of the recordings for alice. */
function aliceToken(): string {
  const claims = {
    iss: 'practical-signalr',
    aud: 'practical-signalr',
    sub: 'alice',
    exp: 4_102_444_800,
  };
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  const key = 'practical-signalr-reference-test-key-0123456789';
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

// A browser cannot set headers on WebSockets and event streams, so its client sends the token in the query there.
describe.skipIf(!hasChromium())('the official client in Chromium with a token', () => {
  let twin: Twin;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Awaited<ReturnType<typeof browser.newPage>>;
  let answers: string[] = [];
  beforeAll(async () => {
    twin = await startTwin(0);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(twin.url);
    await page.addScriptTag({ path: bundle });
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      answers.push(
        `${response.request().method()} ${pathname.split('/').pop()} ${response.status()}`,
      );
    });
  });
  afterAll(async () => {
    await browser.close();
    await twin.close();
  });

  async function whoAmI(hub: string, transport: string, token: string): Promise<string> {
    answers = [];
    return page.evaluate(
      async ([path, name, accessToken]) => {
        const { HttpTransportType, HubConnectionBuilder, LogLevel } = window.signalR;
        const chosen =
          name === 'automatic' ? {} : { transport: HttpTransportType[name as 'WebSockets'] };
        const connection = new HubConnectionBuilder()
          .withUrl(path, { accessTokenFactory: () => accessToken, ...chosen })
          .configureLogging(LogLevel.None)
          .build();
        try {
          await connection.start();
          return await connection.invoke<string>('WhoAmI');
        } catch {
          return 'refused';
        } finally {
          await connection.stop();
        }
      },
      [`/authorized/${hub}`, transport, token] as const,
    );
  }

  test.each([
    ['header-only', 'WebSockets', 'refused'],
    ['header-only', 'ServerSentEvents', 'refused'],
    ['header-only', 'LongPolling', 'alice'],
    ['query', 'automatic', 'alice'],
    ['query', 'WebSockets', 'alice'],
    ['query', 'ServerSentEvents', 'alice'],
    ['query', 'LongPolling', 'alice'],
  ])('at %s over %s: %s', async (hub, transport, user) => {
    expect(await whoAmI(hub, transport, aliceToken())).toBe(user);
    expect(await whoAmI(hub, transport, 'testing')).toBe('refused');
  });

  test('at header-only it falls back, transport by transport, until one sends the header', async () => {
    expect(await whoAmI('header-only', 'automatic', aliceToken())).toBe('alice');
    // The refused WebSocket is no response of the page, but each transport negotiates anew.
    expect(answers.slice(0, 5)).toEqual([
      'POST negotiate 200',
      'POST negotiate 200',
      'GET header-only 401',
      'POST negotiate 200',
      'GET header-only 200',
    ]);
  });
});
