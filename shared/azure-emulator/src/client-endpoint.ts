import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JwtPayload } from 'jsonwebtoken';
import type { WebSocket } from 'ws';
import { type Claims, longClaimTypes, ServiceMessageType } from '@practical-signalr/azure/service-protocol';
import { EmulatedClient, handshakeProtocol } from './emulated-client.ts';
import { errorTexts } from './error-texts.ts';
import type { ServiceHub } from './service-hub.ts';

/** The largest first record of a client, in bytes, and the time it has for it, in ms. */
const MAXIMUM_HANDSHAKE = 32_768;
const HANDSHAKE_TIMEOUT = 15_000;
/** Connections that may wait to be opened, and how long, in ms. */
const MAXIMUM_NEGOTIATED = 65_536;
const NEGOTIATED_TIMEOUT = 30_000;
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

const newId = (): string => randomBytes(16).toString('base64url');

/** The connections that were negotiated and not opened: public id by secret token. */
export class NegotiatedConnections {
  readonly #waiting = new Map<string, { readonly connectionId: string; readonly since: number }>();

  /** Undefined when too many wait. */
  create(): { readonly connectionId: string; readonly connectionToken: string } | undefined {
    const oldest = Date.now() - NEGOTIATED_TIMEOUT;
    for (const [token, { since }] of this.#waiting) {
      if (since >= oldest) break; // in order of time
      this.#waiting.delete(token);
    }
    if (this.#waiting.size >= MAXIMUM_NEGOTIATED) return undefined;
    const [connectionId, connectionToken] = [newId(), newId()];
    this.#waiting.set(connectionToken, { connectionId, since: Date.now() });
    return { connectionId, connectionToken };
  }

  /** The id of a token, once. A client that skipped this step gets a new one. */
  open(token: string | null): string | undefined {
    if (token === null || token === '') return newId();
    const found = this.#waiting.get(token);
    this.#waiting.delete(token);
    return found?.connectionId;
  }
}

/** POST /client/negotiate */
export function answerClientNegotiate(
  negotiated: NegotiatedConnections,
  claims: JwtPayload,
  response: ServerResponse,
): void {
  const created = negotiated.create();
  if (created === undefined) {
    response.writeHead(503).end();
    return;
  }
  const { connectionId, connectionToken } = created;
  const mask = Number(claims['asrs.s.htt'] ?? 1);
  const availableTransports =
    (mask & 1) === 0 ? [] : [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }];
  const body = JSON.stringify({ negotiateVersion: 1, connectionId, connectionToken, availableTransports });
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
}

/** A client's WebSocket: learns its protocol from the first record, then hands it to an app server. */
export function serveClient(
  hub: ServiceHub,
  webSocket: WebSocket,
  connectionId: string,
  claims: JwtPayload,
  request: IncomingMessage,
): void {
  let client: EmulatedClient | undefined;
  let received = Buffer.alloc(0);
  const timer = setTimeout(() => webSocket.close(TRY_AGAIN_LATER), HANDSHAKE_TIMEOUT);
  webSocket.on('error', () => undefined); // a 'close' follows
  webSocket.on('close', () => {
    clearTimeout(timer);
    if (client !== undefined) hub.clientLeft(client);
  });
  webSocket.on('message', (data: Buffer) => {
    if (client !== undefined) {
      client.server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: data });
      return;
    }
    received = Buffer.concat([received, data]);
    const protocol = handshakeProtocol(received);
    if (protocol === undefined) {
      if (received.length > MAXIMUM_HANDSHAKE) webSocket.close(INTERNAL_ERROR);
      return;
    }
    clearTimeout(timer);
    client = openClient(hub, webSocket, connectionId, claims, request, protocol, received);
    received = Buffer.alloc(0);
  });
}

function openClient(
  hub: ServiceHub,
  webSocket: WebSocket,
  connectionId: string,
  claims: JwtPayload,
  request: IncomingMessage,
  protocol: string,
  handshake: Buffer,
): EmulatedClient | undefined {
  const isRequired = claims['asrs.s.ssticky'] === 'Required';
  const server = hub.pickServer(claims['asrs.s.sn'] as string | undefined, isRequired);
  if (server === undefined) {
    webSocket.send(`${JSON.stringify({ error: errorTexts.noServer })}\u001e`);
    webSocket.close(INTERNAL_ERROR);
    return undefined;
  }
  const introduction = {
    type: ServiceMessageType.OpenConnection,
    connectionId,
    claims: serviceClaims(claims),
    headers: clientHeaders(request),
    queryString: (request.url ?? '').replace(/^[^?]*/, '').replace(/&?access_token=[^&]*/, ''),
    ext: { protocol },
  };
  const userId = claims['asrs.s.uid'] as string | undefined;
  const isText = protocol === 'json';
  const client = new EmulatedClient({ connectionId, userId, protocol, introduction }, handshake, server, {
    send: (payload) => webSocket.send(payload, { binary: !isText }),
    close: () => webSocket.close(1000),
  });
  hub.add(client);
  server.send(introduction);
  server.send({ type: ServiceMessageType.ConnectionData, connectionId, payload: handshake });
  return client;
}

/** A token's claims as the service tells them: long names, one entry for each value. */
export function serviceClaims(claims: JwtPayload): Claims {
  return Object.entries(claims).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value as unknown]).map((one): [string, string] => [
      longClaimTypes.get(name) ?? name,
      typeof one === 'string' ? one : JSON.stringify(one),
    ]),
  );
}

function clientHeaders(request: IncomingMessage): Map<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name === 'authorization') continue;
    headers.set(name, Array.isArray(value) ? value : [value]);
  }
  headers.set('X-Forwarded-For', [request.socket.remoteAddress ?? '']);
  headers.set('Asrs-Instance-Id', ['emulator']);
  return headers;
}
