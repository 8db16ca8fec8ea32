import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { launchChromium } from '@practical-signalr/lesson-kit/testing';
import { Hub, SignalRServer } from '@practical-signalr/server';
import { adminRouter } from '@practical-signalr/server/admin';
import express from 'express';

export type Browser = Awaited<ReturnType<typeof launchChromium>>;
export type Page = Awaited<ReturnType<Browser['newPage']>>;

/** Runs after the tests, in reverse order. */
export const cleanups: (() => unknown)[] = [];

class ChatHub extends Hub {
  async join(group: string): Promise<void> {
    await this.groups.add(this.context.connectionId, group);
  }
  fail(): void {
    throw new Error('expected');
  }
}

/**
 * Starts a server with an admin page at `/admin/`. Connections have the user of their query.
 * `gate` runs before the admin page.
 */
export async function startAdminApp(gate?: express.RequestHandler): Promise<string> {
  const nothing = (): void => undefined;
  const signalr = new SignalRServer({
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
  });
  signalr.mapHub('/chat', ChatHub, { methods: ['join', 'fail'] });
  cleanups.push(() => signalr.close());
  const app = express();
  app.use(signalr.router());
  if (gate !== undefined) app.use('/admin', gate);
  app.use('/admin', adminRouter(signalr, { authorize: () => true }));
  const server = createServer(app);
  signalr.attach(server);
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Connects a user with the official client. */
export async function connectUser(url: string, user: string) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/chat?user=${encodeURIComponent(user)}`)
    .withAutomaticReconnect()
    .configureLogging(LogLevel.None)
    .build();
  const received: unknown[] = [];
  connection.on('Notice', (...args: unknown[]) => received.push(args));
  let isClosed = false;
  connection.onclose(() => (isClosed = true));
  await connection.start();
  cleanups.push(() => connection.stop());
  return { connection, received, isClosed: () => isClosed };
}
