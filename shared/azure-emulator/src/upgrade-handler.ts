import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { JwtPayload } from 'jsonwebtoken';
import {
  connectionRequest,
  endSocket,
  WebSocketTransport,
} from '@practical-signalr/server/transports';
import { type WebSocket, WebSocketServer } from 'ws';
import { sendLimits } from './clients/client-endpoint.ts';
import { ClientSession } from './clients/client-session.ts';
import type { EmulatedService } from './emulated-service.ts';
import { logMessages } from './log-messages.ts';
import { wireMessages } from './wire-messages.ts';
import { hubName } from './hubs/hub-name.ts';
import { refuseClientOrigin, refuseHost, refuseOrigin } from './request-origin.ts';
import { acceptServer } from './servers/accept-server.ts';
import { entraClaims } from './tokens/entra-check.ts';
import { isForHub, TokenRefusal, verifiedClaims } from './tokens/token-check.ts';

/**
 * The maximum size of a WebSocket message of a server, in bytes. It may contain many service
 * messages.
 */
const MAXIMUM_SERVER_MESSAGE = 64 * 1024 * 1024;

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly query: URLSearchParams;
  readonly hub: string;
  readonly claims: JwtPayload;
}

/** Accepts the WebSockets of servers and clients. */
export class UpgradeHandler {
  readonly #service: EmulatedService;
  readonly #servers = new WebSocketServer({
    noServer: true,
    maxPayload: MAXIMUM_SERVER_MESSAGE,
    perMessageDeflate: false,
  });
  readonly #clients = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  constructor(service: EmulatedService) {
    this.#service = service;
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignoreError);
    const target = request.url as string;
    if (!URL.canParse(target, 'http://localhost')) return refuse(socket, 404, '');
    const url = new URL(target, 'http://localhost');
    const kind = /^\/(server|client)\/?$/i.exec(url.pathname)?.[1]?.toLowerCase() as
      | 'server'
      | 'client'
      | undefined;
    if (kind === undefined) return refuse(socket, 404, '');
    const { options } = this.#service;
    const foreign =
      refuseHost(request, options) ??
      (kind === 'server' ? refuseOrigin(request) : refuseClientOrigin(request, options));
    if (foreign !== undefined) return refuse(socket, 403, foreign);
    const query = url.searchParams;
    const hub = hubName(query.get('hub'));
    if (hub === undefined) return refuse(socket, 400, wireMessages.hubMissing);
    const { accessKey, entra, serviceMode, quota } = options;
    const refuseAndLog = (status: number, reason: string): void => {
      this.#service.log(logMessages.refused(`A ${kind} of hub ${hub}`, status, reason));
      refuse(socket, status, reason);
    };
    const claims =
      (kind === 'server' ? entraClaims(request, entra) : undefined) ??
      verifiedClaims(request, query, accessKey, isForHub(kind, hub));
    if (claims instanceof TokenRefusal) return refuseAndLog(claims.status, claims.message);
    if (kind === 'server' && serviceMode === 'Serverless')
      return refuseAndLog(403, wireMessages.noServersInServerless);
    if (this.#service.isFull) return refuseAndLog(429, wireMessages.quotaReached(quota));
    const upgrade = { request, socket, head, query, hub, claims };
    if (kind === 'server') this.#openServer(upgrade);
    else this.#openClient(upgrade);
  }

  close(): void {
    for (const { clients } of [this.#servers, this.#clients])
      for (const webSocket of clients) webSocket.terminate();
  }

  #openServer({ request, socket, head, query, hub }: Upgrade): void {
    this.#servers.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      this.#count(webSocket);
      acceptServer(
        this.#service,
        hub,
        webSocket,
        String(request.headers['x-asrs-server-id'] ?? ''),
        query.get('cid'),
      );
    });
  }

  #openClient({ request, socket, head, query, hub, claims }: Upgrade): void {
    const { connections, batcher } = this.#service;
    const token = query.get('id') ?? '';
    const known = connections.find(token);
    if (known === undefined && token !== '') return refuse(socket, 404, wireMessages.noConnection);
    if (known?.isOpened === true) return refuse(socket, 409, wireMessages.cannotChangeTransport);
    this.#clients.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      this.#count(webSocket);
      const connection = known ?? connections.createDirect();
      const { connectionId } = connection;
      const transport = new WebSocketTransport(webSocket, socket, batcher, sendLimits, () =>
        this.#service.log(logMessages.clientTooSlow(connectionId)),
      );
      connections.open(connection, transport, connectionRequest(request));
      transport.listen(
        new ClientSession(this.#service, hub, connectionId, transport, claims, request, () =>
          connections.remove(connection),
        ),
      );
    });
  }

  #count(webSocket: WebSocket): void {
    this.#service.connectionOpened();
    webSocket.once('close', () => this.#service.connectionClosed());
  }
}

/** Defined here because it lives as long as its socket: a closure would keep the request alive. */
const ignoreError = (): void => undefined;

function refuse(socket: Duplex, status: number, message: string): void {
  endSocket(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
