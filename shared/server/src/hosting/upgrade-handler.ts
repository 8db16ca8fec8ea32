import {
  type IncomingMessage,
  type Server as HttpServer,
  ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import type { AuthenticationTicket } from '../connections/authentication-ticket.ts';
import {
  type ConnectionRequest,
  connectionRequest,
  splitTarget,
} from '../connections/connection-request.ts';
import { errorTexts } from '../error-texts.ts';
import { CLOSE_TIMEOUT } from '../transports/buffered-transport.ts';
import { WebSocketTransport } from '../transports/web-sockets.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import { admitTo } from './admit.ts';
import type { FindHub } from './http-handler.ts';
import type { MappedHub } from './mapped-hub.ts';

/** A WebSocket message may hold many records, each with its own limit; this bounds them together. */
const MAXIMUM_WEB_SOCKET_MESSAGE = 1024 * 1024;
/** Prefixes that are remembered: an app that mounts under a pattern must not fill the memory. */
const MAXIMUM_BASE_PATHS = 64;

/** Errors of the peer that RFC 6455 wants to be named; every other close is answered as a normal one, as ASP.NET Core does. */
const protocolErrors = new Set([1002, 1003, 1007, 1009]);

class ClosingWebSocket extends WebSocket {
  override close(code?: number): void {
    super.close(code !== undefined && protocolErrors.has(code) ? code : 1000);
  }
}

/** Opens WebSockets of the mapped paths; all other upgrades are left to the app. */
export class UpgradeHandler {
  readonly #findHub: FindHub;
  readonly #batcher: WriteBatcher;
  readonly #servers = new Map<
    HttpServer | HttpsServer,
    (...args: [IncomingMessage, Duplex, Buffer]) => void
  >();
  /** Under which paths hubs are served, as the app has said. */
  readonly #basePaths = new Set<string>();
  /** Under which the router was asked, the latest last. */
  readonly #mountedAt = new Set<string>();
  /** One reader of handshakes for each limit in use. */
  readonly #webSockets = new Map<number, WebSocketServer>();

  constructor(findHub: FindHub, batcher: WriteBatcher) {
    this.#findHub = findHub;
    this.#batcher = batcher;
  }

  get isAttached(): boolean {
    return this.#servers.size > 0;
  }

  attach(server: HttpServer | HttpsServer): void {
    if (this.#servers.has(server)) return;
    const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const hub = this.#find(splitTarget(request.url ?? '/').path);
      if (hub !== undefined) this.#upgrade(hub, request, socket, head);
      else if (server.listenerCount('upgrade') === 1) answerAsRequest(server, request, socket);
    };
    this.#servers.set(server, listener);
    server.on('upgrade', listener);
  }

  detach(): void {
    for (const [server, listener] of this.#servers) server.off('upgrade', listener);
    this.#servers.clear();
  }

  /** Serves hubs below this prefix too. */
  addBasePath(basePath: string): void {
    this.#basePaths.add(basePath.replace(/\/$/, '').toLowerCase());
  }

  /** Serves hubs below the prefix of a router too: who negotiates there comes back with an upgrade. */
  mountedAt(basePath: string): void {
    const path = basePath.toLowerCase();
    this.#mountedAt.delete(path);
    this.#mountedAt.add(path);
    if (this.#mountedAt.size <= MAXIMUM_BASE_PATHS) return;
    for (const oldest of this.#mountedAt) {
      this.#mountedAt.delete(oldest);
      return;
    }
  }

  #find(path: string): MappedHub | undefined {
    const hub = this.#findHub(path);
    if (hub !== undefined) return hub;
    const lower = path.toLowerCase();
    for (const basePath of [...this.#basePaths, ...this.#mountedAt]) {
      if (!lower.startsWith(`${basePath}/`)) continue;
      const below = this.#findHub(path.slice(basePath.length));
      if (below !== undefined) return below;
    }
    return undefined;
  }

  #upgrade(hub: MappedHub, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore); // a client may vanish before it has its answer
    const details = connectionRequest(request);
    admitTo(
      hub,
      { request: details, httpRequest: request, socket },
      ({ status, headers }) => refuse(socket, status, '', headers),
      (ticket) => this.#open(hub, request, details, ticket, socket, head),
    );
  }

  #open(
    hub: MappedHub,
    request: IncomingMessage,
    details: ConnectionRequest,
    ticket: AuthenticationTicket | undefined,
    socket: Duplex,
    head: Buffer,
  ): void {
    if (!hub.options.transports.includes('WebSockets')) {
      return refuse(socket, 404, errorTexts.transportNotSupported('WebSockets'), plainText);
    }
    const token = details.query.get('id');
    const known = token === undefined || token === '' ? undefined : hub.connections.find(token);
    const signed =
      known === undefined && token !== undefined ? hub.connections.signed(token) : undefined;
    if (known === undefined && signed === undefined && token !== undefined && token !== '') {
      return refuse(socket, 404, errorTexts.noConnection);
    }
    if (signed !== undefined && hub.connections.isFull)
      return refuse(socket, 503, errorTexts.tooManyTokens, plainText);
    if (known?.isOpened === true) {
      if (known.transport?.name !== 'WebSockets')
        return refuse(socket, 400, errorTexts.cannotChangeTransport, plainText);
      if (known.reconnect === undefined) return refuse(socket, 409, '', plainText);
    }
    // Who skips the negotiation that would send it elsewhere would be out of everybody's reach here.
    if ((token === undefined || token === '') && hub.lifetime.negotiate !== undefined) {
      return refuse(socket, 404, errorTexts.negotiationRequired, plainText);
    }
    // It may have begun to close while someone was asked who this is.
    if (hub.isClosing) return refuse(socket, 503, '', plainText);
    this.#serverFor(hub).handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      // Two upgrades with one token may both have come this far only in the same turn, and this runs within it.
      const context =
        known ??
        (signed === undefined ? hub.connections.unnegotiated() : hub.connections.adopt(signed));
      const transport = new WebSocketTransport(
        webSocket,
        socket,
        this.#batcher,
        hub.sendLimits,
        () => hub.tooSlow(context),
      );
      const earlier = context.transport;
      if (earlier === undefined)
        return transport.listen(hub.open(context, transport, details, ticket));
      if (earlier instanceof WebSocketTransport) earlier.abandon();
      context.open(transport, details);
      const events = context.reconnect?.(transport);
      if (events === undefined) transport.abort();
      else transport.listen(events);
    });
  }

  #serverFor(hub: MappedHub): WebSocketServer {
    const maxPayload = Math.max(
      MAXIMUM_WEB_SOCKET_MESSAGE,
      2 * hub.options.maximumReceiveMessageSize,
    );
    let server = this.#webSockets.get(maxPayload);
    if (server === undefined) {
      // No compression: ASP.NET Core does without it too, and prebuilt frames serve all clients.
      server = new WebSocketServer({
        noServer: true,
        clientTracking: false,
        perMessageDeflate: false,
        maxPayload,
        WebSocket: ClosingWebSocket,
        closeTimeout: CLOSE_TIMEOUT,
      } as ServerOptions<typeof ClosingWebSocket>);
      this.#webSockets.set(maxPayload, server);
    }
    return server;
  }
}

/** Lets the app answer an upgrade of a path that nobody maps, as the ordinary request that it would be without us. */
function answerAsRequest(
  server: HttpServer | HttpsServer,
  request: IncomingMessage,
  socket: Duplex,
): void {
  socket.on('error', () => undefined);
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  server.emit('request', request, response);
}

/** Made here, not where it is used: it lives as long as its socket, and would keep the request alive. */
const ignore = (): void => undefined;

const plainText = { 'Content-Type': 'text/plain' };

function refuse(
  socket: Duplex,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const lines = Object.entries({
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n${body}`,
  );
}
