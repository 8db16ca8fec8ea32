import type { IncomingMessage } from 'node:http';
import {
  answer,
  connectionRequest,
  type HttpTransportHost,
  type SendLimits,
  serveHttpTransport,
  transportDefinitions,
} from '@practical-signalr/server/transports';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { JwtPayload } from 'jsonwebtoken';
import type { EmulatedService } from '../emulated-service.ts';
import { hubName } from '../hubs/hub-name.ts';
import { logMessages } from '../log-messages.ts';
import { isForHub, TokenRefusal, verifiedClaims } from '../tokens/token-check.ts';
import { wireMessages } from '../wire-messages.ts';
import { ClientSession } from './client-session.ts';

/** The maximum size of a POST, in bytes. Source: the limits of the service. */
const MAXIMUM_POST = 1024 * 1024;
/** The maximum size of POSTs that are kept until their connection is open, in bytes. */
const MAXIMUM_EARLY_POSTS = 64 * 1024;
/** The limits of ASP.NET Core for a poll and for a client between two polls, in ms. */
const POLL_TIMEOUT = 90_000;
const DISCONNECT_TIMEOUT = 15_000;

/** The limits of messages that a client has not read yet. Sizes are in bytes, times in ms. */
export const sendLimits: SendLimits = {
  highWaterMark: 64 * 1024,
  maximumBufferSize: 16 * 1024 * 1024,
  sendTimeout: 10_000,
};

/** A request of a client with a valid token. */
interface ClientRequest {
  readonly request: Request;
  readonly response: Response;
  readonly query: URLSearchParams;
  readonly hub: string;
  readonly claims: JwtPayload;
}

type Serve = (service: EmulatedService, request: ClientRequest) => void | Promise<void>;

/**
 * Serves negotiation and the HTTP transports of clients.
 * Source: TransportProtocols.md of ASP.NET Core.
 */
export function clientEndpoint(service: EmulatedService): RequestHandler {
  return Router()
    .post('/negotiate', admit(service, negotiate))
    .get('/', admit(service, serveTransport))
    .post('/', admit(service, serveTransport))
    .delete('/', admit(service, serveTransport))
    .all(['/', '/negotiate'], (_request, response) => answer(response, 405));
}

/** Checks the hub and the token of a request before `serve` handles it. */
function admit(service: EmulatedService, serve: Serve): RequestHandler {
  return (request, response) => {
    const query = new URL(request.originalUrl, 'http://localhost').searchParams;
    const hub = hubName(query.get('hub'));
    if (hub === undefined) return answer(response, 400, wireMessages.hubMissing);
    const { accessKey } = service.options;
    const claims = verifiedClaims(request, query, accessKey, isForHub('client', hub));
    if (claims instanceof TokenRefusal) {
      const { status, message } = claims;
      service.log(logMessages.refused(`A client of hub ${hub}`, status, message));
      return answer(response, status, message);
    }
    return serve(service, { request, response, query, hub, claims });
  };
}

function negotiate(service: EmulatedService, { response, hub, claims }: ClientRequest): void {
  if (service.isFull) return answer(response, 429, refuseFull(service, hub));
  const mask = Number(claims['asrs.s.htt'] ?? 7);
  const transports = transportDefinitions.filter(({ flag }) => (mask & flag) !== 0);
  const { connectionId, token: connectionToken } = service.connections.negotiate({
    version: 1,
    user: () => undefined,
    useStatefulReconnect: false,
  });
  response.json({
    negotiateVersion: 1,
    connectionId,
    connectionToken,
    availableTransports: transports.map(({ name, transferFormats }) => ({
      transport: name,
      transferFormats,
    })),
  });
}

function serveTransport(service: EmulatedService, client: ClientRequest): Promise<void> {
  const { request, response, query, hub, claims } = client;
  const seconds = Number(claims['asrs.s.ttl']);
  const host: HttpTransportHost = {
    batcher: service.batcher,
    sendLimits,
    pollTimes: {
      pollTimeout: seconds > 0 ? Math.min(seconds * 1000, POLL_TIMEOUT) : POLL_TIMEOUT,
      disconnectTimeout: DISCONNECT_TIMEOUT,
    },
    maximumEarlyBytes: MAXIMUM_EARLY_POSTS,
    find: (token) => service.connections.find(token),
    refuseGet: ({ isOpened }) =>
      !isOpened && service.isFull ? { status: 429, message: refuseFull(service, hub) } : undefined,
    refusePost(connection) {
      if (bodyLength(request) > MAXIMUM_POST) {
        return { status: 413, message: wireMessages.bodyTooLarge(MAXIMUM_POST) };
      }
      return connection.isOpened || service.connections.keep(connection)
        ? undefined
        : { status: 503, message: wireMessages.tooManyEarlyPosts };
    },
    open(connection, transport) {
      service.connections.open(connection, transport, connectionRequest(request));
      service.connectionOpened();
      const { connectionId } = connection;
      return new ClientSession(service, hub, connectionId, transport, claims, request, () => {
        service.connections.remove(connection);
        service.connectionClosed();
      });
    },
    onTooSlow: ({ connectionId }) => service.log(logMessages.clientTooSlow(connectionId)),
  };
  return serveHttpTransport(request, response, query.get('id') ?? undefined, host);
}

const bodyLength = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0);

/** Logs that the quota is reached, and returns the message for the client. */
function refuseFull(service: EmulatedService, hub: string): string {
  const message = wireMessages.quotaReached(service.options.quota);
  service.log(logMessages.refused(`A client of hub ${hub}`, 429, message));
  return message;
}
