import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redis } from '@practical-signalr/redis';
import { type HubContext, type Logger, SignalRServer } from '@practical-signalr/server';
import { type CallLog, type RestartClient, RestartHub } from './restart-hub.ts';

/** One of several servers with the same hub. */
export interface RestartingServer {
  readonly port: number;
  readonly hub: HubContext<RestartClient>;
  /** Stops listening, hands the connections over and closes the server. */
  stop(): Promise<void>;
}

const keys = ['a key that all servers of the rolling restart share'];

/** Starts a server on a port, or on a free one. */
export async function startRestartingServer(
  url: string,
  log: CallLog,
  logger: Logger,
  port = 0,
): Promise<RestartingServer> {
  const signalr = new SignalRServer({
    scaleOut: redis({ url, handOver: true }),
    connectionTokens: { keys },
    allowStatefulReconnects: true,
    userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
    logger,
  });
  const hub = signalr.mapHub(
    '/hub',
    { hub: RestartHub, create: () => new RestartHub(log) },
    { methods: ['join', 'call'] },
  );
  const server: Server = createServer(signalr.router());
  signalr.attach(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hub,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await signalr.close({ handOver: true });
      server.closeAllConnections();
      await closed;
    },
  };
}
