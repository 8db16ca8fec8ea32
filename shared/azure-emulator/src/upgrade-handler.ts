import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { JwtPayload } from 'jsonwebtoken';
import { WebSocketTransport } from '@practical-signalr/server/transports';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientConnection } from './clients/client-connections.ts';
import { sendLimits } from './clients/client-endpoint.ts';
import { ClientSession } from './clients/client-session.ts';
import type { EmulatedService } from './emulated-service.ts';
import { errorTexts } from './error-texts.ts';
import { hubName } from './hubs/hub-name.ts';
import { acceptServer } from './servers/accept-server.ts';
import { entraClaims } from './tokens/entra-check.ts';
import { isForHub, TokenRefusal, verifiedClaims } from './tokens/token-check.ts';

/** The largest message of a WebSocket, in bytes: of a server, and of a client, which must fit into one for its server. */
const MAXIMUM_SERVER_MESSAGE = 64 * 1024 * 1024; // many messages of a server may come in one of the WebSocket
const MAXIMUM_CLIENT_MESSAGE = 8 * 1024 * 1024;

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly query: URLSearchParams;
  readonly hub: string;
  readonly claims: JwtPayload;
}

/** Takes the WebSockets of servers and clients. */
export class UpgradeHandler {
  readonly #service: EmulatedService;
  readonly #servers = webSocketServer(MAXIMUM_SERVER_MESSAGE);
  readonly #clients = webSocketServer(MAXIMUM_CLIENT_MESSAGE);

  constructor(service: EmulatedService) {
    this.#service = service;
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore);
    const url = URL.canParse(request.url ?? '', 'http://localhost')
      ? new URL(request.url ?? '', 'http://localhost')
      : undefined;
    const kind = /^\/(server|client)\/?$/i.exec(url?.pathname ?? '')?.[1]?.toLowerCase() as
      | 'server'
      | 'client'
      | undefined;
    if (url === undefined || kind === undefined) return refuse(socket, 404, '');
    const query = url.searchParams;
    const hub = hubName(query.get('hub'));
    if (hub === undefined) return refuse(socket, 400, errorTexts.hubMissing);
    const { accessKey, entra, serviceMode, quota } = this.#service.options;
    const no = (status: number, why: string): void => {
      this.#service.log(errorTexts.refused(`A ${kind} of hub ${hub}`, status, why));
      refuse(socket, status, why);
    };
    const claims =
      (kind === 'server' ? entraClaims(request, entra) : undefined) ??
      verifiedClaims(request, query, accessKey, isForHub(kind, hub));
    if (claims instanceof TokenRefusal) return no(claims.status, claims.text);
    if (kind === 'server' && serviceMode === 'Serverless')
      return no(403, errorTexts.noServersInServerless);
    if (this.#service.isFull) return no(429, errorTexts.quotaReached(quota));
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
    if (known === undefined && token !== '') return refuse(socket, 404, errorTexts.noConnection);
    if (known?.transport !== undefined)
      return refuse(socket, 409, errorTexts.cannotChangeTransport);
    const connection: ClientConnection | undefined = known ?? connections.negotiated();
    if (connection === undefined) return refuse(socket, 503, errorTexts.tooManyNegotiated);
    this.#clients.handleUpgrade(request, socket, head, (webSocket) => {
      (socket as Socket).setNoDelay(true);
      this.#count(webSocket);
      const { connectionId } = connection;
      const transport = new WebSocketTransport(webSocket, socket, batcher, sendLimits, () =>
        this.#service.log(errorTexts.clientTooSlow(connectionId)),
      );
      connections.open(connection, transport);
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

const webSocketServer = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });

/** Made here, not where it is used: it lives as long as its socket, and would keep the request alive. */
const ignore = (): void => undefined;

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${new Date().toUTCString()}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
