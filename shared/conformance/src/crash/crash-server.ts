import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redis } from '@practical-signalr/redis';
import { type HubContext, SignalRServer } from '@practical-signalr/server';
import { CallLog, type RestartClient, RestartHub } from '../hand-over/restart-hub.ts';

/** A server with a history, whose process a test may kill. */
export interface CrashServer {
  readonly port: number;
  readonly hub: HubContext<RestartClient>;
  close(): Promise<void>;
}

const ignore = (): void => undefined;

/** Starts a server on a port, or on a free one. */
export async function startCrashServer(url: string, port = 0): Promise<CrashServer> {
  const signalr = new SignalRServer({
    scaleOut: redis({ url, history: { restoreGroups: true, maxMessages: 100_000 } }),
    connectionTokens: { keys: ['a key that all servers of the crash test share'] },
    userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
    // Do not log a line for each client that was disconnected.
    logger: { debug: ignore, info: ignore, warn: ignore, error: console.error },
  });
  const log = new CallLog();
  const hub = signalr.mapHub(
    '/hub',
    { hub: RestartHub, create: () => new RestartHub(log) },
    { methods: ['join', 'call'], allowStatefulReconnects: true },
  );
  const server = createServer(signalr.router());
  signalr.attach(server);
  server.listen(port, '127.0.0.1', 4096);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hub,
    async close() {
      await signalr.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
