import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignalRServer } from '../hosting/signalr-server.ts';
import type { SignalRServerOptions } from '../server-options.ts';

/** A server on a random port of 127.0.0.1, for tests. */
export interface TestServer {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  readonly signalr: SignalRServer;
  readonly server: Server;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a server for tests of hubs.
 * @example
 * const server = await startTestServer((signalr) => signalr.mapHub('/messages', MessageHub));
 */
export async function startTestServer(
  configure: (signalr: SignalRServer) => unknown,
  options: SignalRServerOptions = {},
): Promise<TestServer> {
  const signalr = new SignalRServer(options);
  const router = signalr.router();
  const server = createServer((request, response) => router(request, response, () => response.writeHead(404).end()));
  signalr.attach(server);
  configure(signalr);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    signalr,
    server,
    async close() {
      await signalr.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
