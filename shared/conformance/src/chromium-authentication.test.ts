import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as signalR from '@microsoft/signalr';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin, type Twin } from './twin/start-twin.ts';

/** The page's global object, with the browser bundle of the official client. */
declare const window: { signalR: typeof signalR };

const bundle = createRequire(import.meta.url).resolve('@microsoft/signalr/dist/browser/signalr.js');
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Creates a token for alice that the recorded server accepts. */
function aliceToken(): string {
  const claims = {
    iss: 'practical-signalr',
    aud: 'practical-signalr',
    sub: 'alice',
    exp: 4_102_444_800,
  };
  const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const key = 'practical-signalr-reference-test-key-0123456789';
  return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
}

// Browsers cannot set headers on WebSockets and event streams, so the client sends the token in the
// query string.
describe.skipIf(!hasChromium())('the official client in Chromium with a token', () => {
  let twin: Twin;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Awaited<ReturnType<typeof browser.newPage>>;
  let responses: string[] = [];
  beforeAll(async () => {
    twin = await startTwin(0);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(twin.url);
    await page.addScriptTag({ path: bundle });
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      responses.push(
        `${response.request().method()} ${pathname.split('/').pop()} ${response.status()}`,
      );
    });
  });
  afterAll(async () => {
    await browser.close();
    await twin.close();
  });

  async function whoAmI(hub: string, transport: string, token: string): Promise<string> {
    responses = [];
    return page.evaluate(
      async ([path, name, accessToken]) => {
        const { HttpTransportType, HubConnectionBuilder, LogLevel } = window.signalR;
        const options =
          name === 'automatic' ? {} : { transport: HttpTransportType[name as 'WebSockets'] };
        const connection = new HubConnectionBuilder()
          .withUrl(path, { accessTokenFactory: () => accessToken, ...options })
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
  ])('%s over %s: %s', async (hub, transport, user) => {
    expect(await whoAmI(hub, transport, aliceToken())).toBe(user);
    expect(await whoAmI(hub, transport, 'testing')).toBe('refused');
  });

  test('header-only: the client falls back until a transport sends the header', async () => {
    expect(await whoAmI('header-only', 'automatic', aliceToken())).toBe('alice');
    // The page reports no response for the refused WebSocket, but each transport negotiates again.
    expect(responses.slice(0, 5)).toEqual([
      'POST negotiate 200',
      'POST negotiate 200',
      'GET header-only 401',
      'POST negotiate 200',
      'GET header-only 200',
    ]);
  });
});
