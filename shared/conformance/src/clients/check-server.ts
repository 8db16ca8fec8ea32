import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex, Stream } from 'node:stream';
import { Hub, jwtBearer, SignalRServer, stream } from '@practical-signalr/server';
import { splitTarget } from '@practical-signalr/server/transports';
import express from 'express';
import jwt from 'jsonwebtoken';
import type { CheckTarget } from './client-checks.ts';

const key = 'a key for the checks of clients, 32 bytes or more';
const claims = { issuer: 'practical-signalr', audience: 'client-checks' };

/** Creates a valid token for alice. */
export const aliceToken = (): string =>
  jwt.sign({}, key, { ...claims, subject: 'alice', expiresIn: 300 });

/** Creates a token for alice with the wrong signature. */
export const forgedToken = (): string =>
  jwt.sign({}, `not ${key}`, { ...claims, subject: 'alice', expiresIn: 300 });

/**
 * The socket that sends messages to each client (WebSocket, event stream or open poll), by the `id`
 * in the URL of the request.
 */
const sockets = new Map<string, Duplex>();

/** The ids of connections for which the server pretends that they do not exist. */
const lost = new Set<string>();

const idOf = (url: string): string => new URLSearchParams(splitTarget(url).query).get('id') ?? '';

/**
 * Remembers the socket of a connection until the socket closes, or the response that it carries.
 */
function trackSocket(id: string, socket: Duplex, lifetime: Stream = socket): void {
  sockets.set(id, socket);
  lifetime.once('close', () => {
    if (sockets.get(id) === socket) sockets.delete(id);
  });
}

/** The hub that the checks call. */
class CheckHub extends Hub {
  echo(text: string): string {
    return text;
  }
  whoAmI(): string | null {
    return this.context.userIdentifier ?? null;
  }
  async tell(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clients.caller.send('Receive', i);
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
  async sum(items: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  }
  async ask(question: string): Promise<string> {
    const answer = await this.clients.client(this.context.connectionId).invoke('Answer', question);
    return `the client says: ${String(answer)}`;
  }
  /** Destroys the caller's socket, like a network failure. */
  cut(): void {
    sockets.get(this.#id())?.destroy();
  }
  /** Destroys the caller's socket and forgets the connection, like a restart of the server. */
  lose(): void {
    lost.add(this.#id());
    this.cut();
  }
  #id(): string {
    return this.context.request.query.get('id') ?? '';
  }
}
class OpenHub extends CheckHub {}
class BearerHub extends CheckHub {}

/** A server for the checks of official clients. */
export interface CheckServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the server on a random port of 127.0.0.1, with the hubs `/open` and `/bearer`, and an
 * empty page at `/` for browsers.
 */
export async function startCheckServer(): Promise<CheckServer> {
  const signalr = new SignalRServer({
    allowStatefulReconnects: true,
    maximumParallelInvocationsPerClient: 2,
  });
  const methods = {
    echo: {},
    whoAmI: {},
    tell: {},
    count: {},
    sum: { arguments: [stream] },
    ask: {},
    cut: {},
    lose: {},
  };
  signalr.mapHub('/open', OpenHub, { methods });
  const authentication = jwtBearer({
    key,
    ...claims,
    events: {
      // Browsers cannot set headers on WebSockets and event streams.
      onMessageReceived(context) {
        context.token = context.request.query.get('access_token');
      },
    },
  });
  signalr.mapHub('/bearer', BearerHub, { methods, authorize: true, authentication });
  const app = express();
  app.get('/', (_request, response) => void response.send('<title>Checks</title>'));
  app.use((request, response, next) => {
    const id = idOf(request.url);
    if (lost.has(id)) {
      response.status(404).end();
      return;
    }
    if (request.method === 'GET') trackSocket(id, request.socket, response);
    next();
  });
  app.use(signalr.router({ handlesUpgrades: true }));
  const server = createServer(app);
  server.on('upgrade', (request, socket, head) => {
    trackSocket(idOf(request.url ?? ''), socket);
    signalr.handleUpgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await signalr.close();
      server.closeAllConnections();
      lost.clear();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Every transport with every protocol that it supports, without and with a token. */
export const cells: readonly Omit<CheckTarget, 'url'>[] = [undefined, aliceToken()].flatMap(
  (token) => [
    { transport: 'WebSockets', protocol: 'json', token },
    { transport: 'WebSockets', protocol: 'messagepack', token },
    { transport: 'ServerSentEvents', protocol: 'json', token },
    { transport: 'LongPolling', protocol: 'json', token },
    { transport: 'LongPolling', protocol: 'messagepack', token },
  ],
);

/** Returns the name of a cell for the title of a test. */
export const cellName = ({ transport, protocol, token }: Omit<CheckTarget, 'url'>): string =>
  `${transport}, ${protocol}, ${token === undefined ? 'no token' : 'bearer token'}`;
