import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type * as signalR from '@microsoft/signalr';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { Hub, SignalRServer } from '@practical-signalr/server';
import cors from 'cors';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The official client from its browser bundle, as the page sees it. */
declare const window: { signalR: typeof signalR; told: number[] };

class PageHub extends Hub {
  echo(text: string): string {
    return text;
  }
  origin(): string | undefined {
    return this.context.request.headers.origin;
  }
  async tell(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.caller.send('m', i);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}

const sockets = new Set<Socket>();
let closing: (() => Promise<unknown>)[] = [];

/** A server whose pages load the official client; `allowed` may call it from elsewhere. */
async function start(allowed?: string): Promise<string> {
  const signalr = new SignalRServer({ allowStatefulReconnects: true });
  signalr.mapHub('/hub', PageHub);
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
  closing.push(async () => {
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
  let elsewhere: string;
  beforeAll(async () => {
    home = await start();
    elsewhere = await start(home);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(home);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(closing.map((close) => close()));
    closing = [];
  });

  test.each([
    ['WebSockets', 'home'],
    ['ServerSentEvents', 'home'],
    ['LongPolling', 'home'],
    ['WebSockets', 'elsewhere'],
    ['ServerSentEvents', 'elsewhere'],
    ['LongPolling', 'elsewhere'],
  ] as const)('calls, is called and streams over %s, at %s', async (transport, where) => {
    const url = `${where === 'home' ? home : elsewhere}/hub`;
    const result = await page.evaluate(
      async ([address, name]) => {
        const { HttpTransportType, HubConnectionBuilder, LogLevel } = window.signalR;
        const connection = new HubConnectionBuilder()
          .withUrl(address, { transport: HttpTransportType[name] })
          .configureLogging(LogLevel.None)
          .build();
        const told: number[] = [];
        connection.on('m', (n: number) => told.push(n));
        await connection.start();
        await connection.invoke('Tell', 3);
        const items: number[] = [];
        await new Promise<void>((complete, error) =>
          connection
            .stream<number>('Count', 3)
            .subscribe({ next: (item) => items.push(item), complete, error }),
        );
        const echo = await connection.invoke<string>('Echo', 'Grüße 🙂');
        const origin = await connection.invoke<string | null>('Origin');
        await connection.stop();
        return { told, items, echo, origin };
      },
      [url, transport] as const,
    );
    const expected = { told: [0, 1, 2], items: [0, 1, 2], echo: 'Grüße 🙂' };
    expect(result).toMatchObject(expected);
    if (where === 'elsewhere') expect(result.origin).toBe(home);
  });

  test('comes back with stateful reconnect after its socket was cut: nothing is lost, nothing comes twice', async () => {
    await page.evaluate(async (address) => {
      const { HubConnectionBuilder, LogLevel } = window.signalR;
      const connection = new HubConnectionBuilder()
        .withUrl(address)
        .withStatefulReconnect()
        .configureLogging(LogLevel.None)
        .build();
      window.told = [];
      connection.on('m', (n: number) => window.told.push(n));
      await connection.start();
      await connection.invoke('Tell', 10);
      Object.assign(window, { connection });
    }, `${home}/hub`);
    for (const socket of sockets) socket.resetAndDestroy();
    const told = await page.evaluate(async () => {
      await (window as unknown as { connection: signalR.HubConnection }).connection.invoke(
        'Tell',
        10,
      );
      return window.told;
    });
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
