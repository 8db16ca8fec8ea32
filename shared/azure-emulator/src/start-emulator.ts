import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerClientNegotiate, NegotiatedConnections, serveClient } from './client-endpoint.ts';
import { DEFAULT_ACCESS_KEY, DEFAULT_PORT, type EmulatorOptions } from './emulator-options.ts';
import { errorTexts } from './error-texts.ts';
import { handleServerMessage } from './server-messages.ts';
import { ServerConnection } from './server-connection.ts';
import { ServiceHub } from './service-hub.ts';
import { verifiedClaims } from './token-check.ts';

/** A running emulator. */
export interface Emulator {
  /** For example `http://127.0.0.1:8888`. */
  readonly url: string;
  readonly port: number;
  /** For apps, as the portal shows it. */
  readonly connectionString: string;
  /** The hubs by the names that the service knows them by. */
  readonly hubs: ReadonlyMap<string, ServiceHub>;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

const MAXIMUM_MESSAGE = 16 * 1024 * 1024 + 16;

/**
 * Starts Azure SignalR Service in default mode on this machine.
 * @throws {Error} a sentence when the port is taken.
 * @example
 * const emulator = await startEmulator({ port: 0 });
 * const signalr = new SignalRServer({ scaleOut: azureSignalR({ connectionString: emulator.connectionString }) });
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { accessKey = DEFAULT_ACCESS_KEY, host = '127.0.0.1', pingInterval = 5000, log = () => undefined } = options;
  const hubs = new Map<string, ServiceHub>();
  const negotiated = new NegotiatedConnections();
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: MAXIMUM_MESSAGE, perMessageDeflate: false });
  const server = createServer(answer);
  server.on('upgrade', upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(errorTexts.portInUse(options.port ?? DEFAULT_PORT)) : error),
    );
    server.listen(options.port ?? DEFAULT_PORT, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    connectionString: `Endpoint=http://${host};Port=${port};AccessKey=${accessKey};Version=1.0;`,
    hubs,
    async close() {
      for (const webSocket of webSockets.clients) webSocket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  function hubOf(name: string): ServiceHub {
    let hub = hubs.get(name);
    if (hub === undefined) hubs.set(name, (hub = new ServiceHub()));
    return hub;
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    allowOrigin(request, response);
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (url.pathname === '/api/health' || url.pathname === '/api/v1/health') return void response.writeHead(200).end();
    if (url.pathname !== '/client/negotiate') return void response.writeHead(404).end();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const claims = clientToken(request, url);
    if (claims === undefined) return void response.writeHead(401).end(errorTexts.unauthorized);
    answerClientNegotiate(negotiated, claims, response);
  }

  function clientToken(request: IncomingMessage, url: URL): ReturnType<typeof verifiedClaims> {
    return verifiedClaims(request, url, accessKey, `/client/?hub=${url.searchParams.get('hub') ?? ''}`);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const name = url.searchParams.get('hub')?.toLowerCase();
    const kind = /^\/(server|client)\/?$/.exec(url.pathname)?.[1];
    if (kind === undefined) return refuse(socket, 404, '');
    if (name === undefined || name === '') return refuse(socket, 400, errorTexts.hubMissing);
    const audience = `/${kind}/?hub=${url.searchParams.get('hub')}`;
    const claims = verifiedClaims(request, url, accessKey, audience);
    if (claims === undefined) return refuse(socket, 401, errorTexts.unauthorized);
    if (kind === 'server') {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => serveServer(webSocket, request, url, name));
      return;
    }
    const connectionId = negotiated.open(url.searchParams.get('id'));
    if (connectionId === undefined) return refuse(socket, 404, '');
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      serveClient(hubOf(name), webSocket, connectionId, claims, request),
    );
  }

  function serveServer(webSocket: WebSocket, request: IncomingMessage, url: URL, name: string): void {
    const hub = hubOf(name);
    const serverId = String(request.headers['x-asrs-server-id'] ?? '');
    const id = url.searchParams.get('cid') ?? '';
    const connection = new ServerConnection(webSocket, serverId, id, pingInterval, {
      onOpen: () => {
        hub.servers.add(connection);
        log(`Server ${serverId} is connected to hub ${name}.`);
      },
      onMessage: (message) => handleServerMessage(hub, connection, message),
      onClosed: () => {
        hub.serverLost(connection);
        log(`Server ${serverId} has left hub ${name}.`);
      },
    });
  }
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*');
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE, HEAD, OPTIONS');
  response.setHeader('Vary', 'Origin');
}

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
