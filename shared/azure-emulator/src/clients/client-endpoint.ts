import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { JwtPayload } from 'jsonwebtoken';
import {
  LongPollingTransport,
  noCache,
  type PostResult,
  type SendLimits,
  ServerSentEventsTransport,
  transportDefinitions,
} from '@practical-signalr/server/transports';
import type { EmulatedService } from '../emulated-service.ts';
import { errorTexts } from '../error-texts.ts';
import { hubName } from '../hubs/hub-name.ts';
import { isForHub, TokenRefusal, verifiedClaims } from '../tokens/token-check.ts';
import type { ClientConnection } from './client-connections.ts';
import { ClientSession } from './client-session.ts';

/** The largest body of a POST, in bytes. Source: the service's limits. */
const MAXIMUM_POST = 1024 * 1024;
/** As in ASP.NET Core, in ms. */
const POLL_TIMEOUT = 90_000;
const DISCONNECT_TIMEOUT = 15_000;

/** What may wait for a client that does not read, in bytes, and how long it has, in ms. */
export const sendLimits: SendLimits = {
  highWaterMark: 64 * 1024,
  maximumBufferSize: 16 * 1024 * 1024,
  sendTimeout: 10_000,
};

/** A request of a client whose token is good. */
interface ClientRequest {
  readonly request: Request;
  readonly response: Response;
  readonly query: URLSearchParams;
  readonly hub: string;
  readonly claims: JwtPayload;
}

/** Negotiation and the HTTP transports of clients. Source: TransportProtocols.md of ASP.NET Core. */
export function clientEndpoint(service: EmulatedService): RequestHandler {
  const admitted =
    (serve: (service: EmulatedService, request: ClientRequest) => unknown): RequestHandler =>
    (request, response) => {
      const query = new URL(request.originalUrl, 'http://localhost').searchParams;
      const hub = hubName(query.get('hub'));
      if (hub === undefined) return answer(response, 400, errorTexts.hubMissing);
      const claims = verifiedClaims(
        request,
        query,
        service.options.accessKey,
        isForHub('client', hub),
      );
      if (claims instanceof TokenRefusal) {
        service.log(errorTexts.refused(`A client of hub ${hub}`, claims.status, claims.text));
        return answer(response, claims.status, claims.text);
      }
      return serve(service, { request, response, query, hub, claims });
    };
  return Router()
    .post('/negotiate', admitted(negotiate))
    .get('/', admitted(open))
    .post('/', admitted(post))
    .delete('/', admitted(end))
    .all(['/', '/negotiate'], (_request, response) => answer(response, 405));
}

function negotiate(service: EmulatedService, { response, hub, claims }: ClientRequest): void {
  if (service.isFull) return tooMany(service, response, hub);
  const connection = service.connections.negotiated();
  if (connection === undefined) return answer(response, 503, errorTexts.tooManyNegotiated);
  const { connectionId, connectionToken } = connection;
  const mask = Number(claims['asrs.s.htt'] ?? 7);
  const availableTransports = transportDefinitions
    .filter(({ flag }) => (mask & flag) !== 0)
    .map(({ name, transferFormats }) => ({ transport: name, transferFormats }));
  response.json({ negotiateVersion: 1, connectionId, connectionToken, availableTransports });
}

function open(service: EmulatedService, exchange: ClientRequest): void {
  const { request, response, hub } = exchange;
  const connection = find(service, exchange);
  if (connection === undefined) return;
  const name =
    request.accepts(['html', 'text/event-stream']) === 'text/event-stream'
      ? 'ServerSentEvents'
      : 'LongPolling';
  const { transport: opened, posts } = connection;
  if (opened instanceof LongPollingTransport && name === 'LongPolling')
    return opened.poll(response);
  if (opened !== undefined)
    return answer(response, opened.name === name ? 409 : 400, errorTexts.cannotChangeTransport);
  if (service.isFull) return tooMany(service, response, hub);
  const onTooSlow = (): void => service.log(errorTexts.clientTooSlow(connection.connectionId));
  if (name === 'ServerSentEvents') {
    const transport = new ServerSentEventsTransport(
      response,
      posts,
      service.batcher,
      sendLimits,
      onTooSlow,
    );
    return transport.listen(session(service, exchange, connection, transport));
  }
  const seconds = Number(exchange.claims['asrs.s.ttl']);
  const pollTimeout = seconds > 0 ? Math.min(seconds * 1000, POLL_TIMEOUT) : POLL_TIMEOUT;
  const times = { pollTimeout, disconnectTimeout: DISCONNECT_TIMEOUT };
  const transport = new LongPollingTransport(posts, times, service.batcher, sendLimits, onTooSlow);
  transport.listen(session(service, exchange, connection, transport));
  transport.poll(response);
}

function session(
  service: EmulatedService,
  { request, hub, claims }: ClientRequest,
  connection: ClientConnection,
  transport: ServerSentEventsTransport | LongPollingTransport,
): ClientSession {
  service.connections.open(connection, transport);
  service.connectionOpened();
  return new ClientSession(
    service,
    hub,
    connection.connectionId,
    transport,
    claims,
    request,
    () => {
      service.connections.remove(connection);
      service.connectionClosed();
    },
  );
}

const postAnswers: Record<PostResult, readonly [number, string]> = {
  read: [200, ''],
  ended: [404, errorTexts.noConnection],
  tooMany: [503, errorTexts.tooManyPosts],
  unreadable: [400, ''],
};

async function post(service: EmulatedService, exchange: ClientRequest): Promise<void> {
  const { request, response } = exchange;
  const connection = find(service, exchange);
  if (connection === undefined) return;
  if (connection.transport?.name === 'WebSockets') return answer(response, 405);
  if (Number(request.headers['content-length'] ?? 0) > MAXIMUM_POST) {
    return answer(response, 413, errorTexts.bodyTooLarge(MAXIMUM_POST));
  }
  answer(response, ...postAnswers[await connection.posts.read(request)]);
}

function end(service: EmulatedService, exchange: ClientRequest): void {
  const connection = find(service, exchange);
  if (connection === undefined) return;
  if (connection.transport?.name !== 'LongPolling') return answer(exchange.response, 400);
  connection.transport.abort();
  answer(exchange.response, 202);
}

/** The connection that a request is about; else the request is answered. */
function find(
  service: EmulatedService,
  { response, query }: ClientRequest,
): ClientConnection | undefined {
  const token = query.get('id') ?? '';
  const connection = service.connections.find(token);
  if (token === '') answer(response, 400, errorTexts.connectionIdRequired);
  else if (connection === undefined) answer(response, 404, errorTexts.noConnection);
  return connection;
}

function tooMany(service: EmulatedService, response: Response, hub: string): void {
  const text = errorTexts.quotaReached(service.options.quota);
  service.log(errorTexts.refused(`A client of hub ${hub}`, 429, text));
  answer(response, 429, text);
}

function answer(response: Response, status: number, text = ''): void {
  if (response.destroyed || response.headersSent) return;
  const headers = response.req.method === 'GET' ? noCache : {};
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    ...headers,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
