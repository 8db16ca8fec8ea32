import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type * as signalR from '@microsoft/signalr';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { Hub, SignalRServer } from '@practical-signalr/server';
import cors from 'cors';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The page's global object, with the browser bundle of the official client. */
declare const window: { signalR: typeof signalR; items: number[] };

class PageHub extends Hub {
  echo(text: string): string {
    return text;
  }
  origin(): string | undefined {
    return this.context.request.headers.origin;
  }
  async sendNumbers(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.caller.send('m', i);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

const sockets = new Set<Socket>();
let cleanups: (() => Promise<unknown>)[] = [];

/**
 * Starts a server whose page loads the official client. Pages of the origin `allowed` may call it.
 */
async function start(allowed?: string): Promise<string> {
  const signalr = new SignalRServer({ allowStatefulReconnects: true });
  signalr.mapHub('/hub', PageHub, {
    methods: ['echo', 'origin', 'sendNumbers', 'count'],
    ...(allowed === undefined ? {} : { allowedOrigins: [allowed] }),
  });
  const app = express();
  app.get('/', (_request, response) => void response.send('<script src="/signalr.js"></script>'));
  const bundle = createRequire(import.meta.url).resolve(
    '@microsoft/signalr/dist/browser/signalr.js',
  );
  app.get('/signalr.js', (_request, response) => response.sendFile(bundle));
  if (allowed !== undefined) app.use(cors({ origin: allowed, credentials: true }));
  app.use(signalr.router());
  const server = createServer(app);
  signalr.attach(server);
  server.on('connection', (socket) =>
    sockets.add(socket.on('close', () => sockets.delete(socket))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    await signalr.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!hasChromium())('the official client in Chromium', () => {
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Awaited<ReturnType<typeof browser.newPage>>;
  let home: string;
  let crossOrigin: string;
  beforeAll(async () => {
    home = await start();
    crossOrigin = await start(home);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(home);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(cleanups.map((close) => close()));
    cleanups = [];
  });

  test.each([
    ['WebSockets', 'same-origin'],
    ['ServerSentEvents', 'same-origin'],
    ['LongPolling', 'same-origin'],
    ['WebSockets', 'cross-origin'],
    ['ServerSentEvents', 'cross-origin'],
    ['LongPolling', 'cross-origin'],
  ] as const)('invokes, receives and streams over %s, %s', async (transport, origin) => {
    const url = `${origin === 'same-origin' ? home : crossOrigin}/hub`;
    const result = await page.evaluate(
      async ([address, name]) => {
        const { HttpTransportType, HubConnectionBuilder, LogLevel } = window.signalR;
        const connection = new HubConnectionBuilder()
          .withUrl(address, { transport: HttpTransportType[name] })
          .configureLogging(LogLevel.None)
          .build();
        const messages: number[] = [];
        connection.on('m', (n: number) => messages.push(n));
        await connection.start();
        await connection.invoke('SendNumbers', 3);
        const items: number[] = [];
        await new Promise<void>((complete, error) =>
          connection
            .stream<number>('Count', 3)
            .subscribe({ next: (item) => items.push(item), complete, error }),
        );
        const echo = await connection.invoke<string>('Echo', 'Grüße 🙂');
        const originHeader = await connection.invoke<string | null>('Origin');
        await connection.stop();
        return { messages, items, echo, originHeader };
      },
      [url, transport] as const,
    );
    const expected = { messages: [0, 1, 2], items: [0, 1, 2], echo: 'Grüße 🙂' };
    expect(result).toMatchObject(expected);
    if (origin === 'cross-origin') expect(result.originHeader).toBe(home);
  });

  test('stateful reconnect after a lost socket: no message is lost or delivered twice', async () => {
    await page.evaluate(async (address) => {
      const { HubConnectionBuilder, LogLevel } = window.signalR;
      const connection = new HubConnectionBuilder()
        .withUrl(address)
        .withStatefulReconnect()
        .configureLogging(LogLevel.None)
        .build();
      window.items = [];
      connection.on('m', (n: number) => window.items.push(n));
      await connection.start();
      await connection.invoke('SendNumbers', 10);
      Object.assign(window, { connection });
    }, `${home}/hub`);
    for (const socket of sockets) socket.resetAndDestroy();
    const items = await page.evaluate(async () => {
      await (window as unknown as { connection: signalR.HubConnection }).connection.invoke(
        'SendNumbers',
        10,
      );
      return window.items;
    });
    expect(items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
