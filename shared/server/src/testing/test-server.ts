import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HubContext } from '../hub-context/hub-context.ts';
import { type HubFactory, SignalRServer } from '../hosting/signalr-server.ts';
import type { UntypedClient } from '../hubs/client-contract.ts';
import type { ClientOf, Hub } from '../hubs/hub.ts';
import type { MapHubOptions, SignalRServerOptions } from '../server-options.ts';
import { turns } from './event-loop.ts';
import { connectTestClient, type TestClient, type TestClientOptions } from './test-client.ts';

/** A hub of a test server: the hub class or factory, and the options of `mapHub`. */
export type TestHub<THub> = MapHubOptions<THub> & { readonly hub: HubFactory<THub> };

/** The types of hubs by their paths. */
export type TestHubs = Readonly<Record<string, Hub<never>>>;

/** The hub contexts of a test server by their paths. */
export type TestHubContexts<THubs extends TestHubs> = {
  readonly [TPath in keyof THubs]: HubContext<ClientOf<THubs[TPath]>>;
};

/** A server on a random port of 127.0.0.1, for tests. */
export interface TestServer<THubs extends TestHubs = TestHubs> {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  readonly signalr: SignalRServer;
  readonly server: Server;
  /** The hub contexts of the hubs that were given by their paths. */
  readonly hubs: TestHubContexts<THubs>;
  /** Connects the official client, typed by the contract. `close` closes it. */
  connect<TServer = UntypedClient, TClient = UntypedClient>(
    path: keyof THubs & string,
    options?: TestClientOptions,
  ): Promise<TestClient<TServer, TClient>>;
  /** Closes all clients and connections, and frees the port for the next server. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for tests of hubs. Takes hubs by their paths, or a function that maps them. The
 * function may return a promise.
 * @example
 * await using server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
 * const client = await server.connect<ChatServer, ChatClient>('/chat');
 * @example
 * const server = await testServer((signalr) =>
 *   signalr.mapHub('/chat', ChatHub, { methods: ['say'], enableDetailedErrors: true }),
 * );
 */
export async function testServer<THubs extends TestHubs>(
  hubs:
    | { readonly [TPath in keyof THubs]: TestHub<THubs[TPath]> }
    | ((signalr: SignalRServer) => unknown),
  options: SignalRServerOptions = {},
): Promise<TestServer<THubs>> {
  const signalr = new SignalRServer(options);
  const router = signalr.router();
  const server = createServer((request, response) =>
    router(request, response, () => response.writeHead(404).end()),
  );
  // As ASP.NET Core. With 5 s, Node's default, a client or a proxy may send a request on an idle
  // connection at the moment when the server closes it.
  server.keepAliveTimeout = 130_000;
  signalr.attach(server);
  const contexts: Record<string, unknown> = {};
  try {
    if (typeof hubs === 'function') await hubs(signalr);
    else {
      for (const [path, { hub, ...hubOptions }] of Object.entries<TestHub<Hub<never>>>(hubs))
        contexts[path] = signalr.mapHub(path, hub, hubOptions);
    }
  } catch (error) {
    // The hubs that were mapped before may hold connections, for example to Redis.
    await signalr.close().catch(() => undefined);
    throw error;
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const clients: { stop(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    try {
      await Promise.all(clients.map((client) => client.stop()));
      await signalr.close();
    } finally {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      // Clients in this process must know it before the port is used again: `fetch` would send its
      // next request over a connection that has closed.
      await turns(2);
    }
  };
  return {
    url,
    port,
    signalr,
    server,
    hubs: contexts as TestHubContexts<THubs>,
    async connect<TServer, TClient>(path: string, clientOptions: TestClientOptions = {}) {
      const client = await connectTestClient<TServer, TClient>(url + path, clientOptions);
      clients.push(client);
      return client;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
