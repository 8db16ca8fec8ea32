import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type * as signalR from '@microsoft/signalr';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import {
  Hub,
  requestUser,
  SignalRServer,
  type SignalRServerOptions,
} from '@practical-signalr/server';
import cors from 'cors';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

/** The page's global object, with the browser bundle of the official client. */
declare const window: { signalR: typeof signalR };

class SessionHub extends Hub {
  whoAmI(): string | null {
    return this.context.userIdentifier ?? null;
  }
}

const bundle = createRequire(import.meta.url).resolve('@microsoft/signalr/dist/browser/signalr.js');
const transports = ['WebSockets', 'ServerSentEvents', 'LongPolling'] as const;
const closings: (() => Promise<unknown>)[] = [];

/**
 * Starts an app whose page sets a session cookie. Pages of the CORS origin can read its responses.
 */
async function start(corsOrigin: string, options: SignalRServerOptions = {}): Promise<string> {
  const signalr = new SignalRServer({
    authentication: requestUser({
      user: ({ headers }: IncomingMessage) =>
        headers.cookie?.includes('session=alice') === true ? { id: 'alice' } : undefined,
    }),
    ...options,
  });
  signalr.mapHub('/hub', SessionHub, { methods: ['whoAmI'], authorize: true });
  const app = express();
  app.get('/', (_request, response) => {
    response.cookie('session', 'alice', { httpOnly: true, sameSite: 'lax' });
    response.send('<title>App</title>');
  });
  app.use(cors({ origin: corsOrigin, credentials: true }));
  app.use(signalr.router());
  const server = createServer(app);
  signalr.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(async () => {
    await signalr.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!hasChromium())('a session cookie in Chromium', () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Awaited<ReturnType<typeof browser.newPage>>;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterEach(async () => {
    for (const close of closings.splice(0)) await close();
  });
  afterAll(() => browser.close());

  /** Opens the app, so that the browser has its cookie, then connects from a page of `origin`. */
  async function whoAmI(app: string, origin: string, transport: string): Promise<string | null> {
    await page.goto(app);
    await page.goto(origin);
    await page.addScriptTag({ path: bundle });
    return page.evaluate(
      async ([url, name]) => {
        const { HttpTransportType, HubConnectionBuilder, LogLevel } = window.signalR;
        const skipNegotiation = name === 'WebSockets without negotiation';
        const transportType = skipNegotiation ? 'WebSockets' : (name as 'WebSockets');
        const connection = new HubConnectionBuilder()
          .withUrl(url, { transport: HttpTransportType[transportType], skipNegotiation })
          .configureLogging(LogLevel.None)
          .build();
        try {
          await connection.start();
          return await connection.invoke<string | null>('WhoAmI');
        } catch {
          return 'refused';
        } finally {
          await connection.stop();
        }
      },
      [`${app}/hub`, transport] as const,
    );
  }

  test.each([...transports, 'WebSockets without negotiation'])(
    '%s: a page of another port is refused, and a listed one is allowed',
    async (transport) => {
      const other = await start('none'); // Another port is another origin, but the same site.
      const closed = await start(other);
      expect(await whoAmI(closed, closed, transport)).toBe('alice');
      expect(await whoAmI(closed, other, transport)).toBe('refused');
      const open = await start(other, { allowedOrigins: [other] });
      expect(await whoAmI(open, other, transport)).toBe('alice');
      expect(await whoAmI(open, open, transport)).toBe('alice');
      expect(await whoAmI(open, closed, transport)).toBe('refused');
    },
  );

  test('without the check, the page of another port would open the WebSocket as alice', async () => {
    const other = await start('none');
    const unchecked = await start('none', { allowedOrigins: '*' });
    expect(await whoAmI(unchecked, other, 'WebSockets without negotiation')).toBe('alice');
  });
});
