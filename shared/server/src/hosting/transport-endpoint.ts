import type { IncomingMessage } from 'node:http';
import type { ConnectionContext } from '../connections/connection-context.ts';
import { connectionRequest } from '../connections/connection-request.ts';
import type { PostResult } from '../connections/post-queue.ts';
import type { TransportName } from '../connections/transport.ts';
import { errorTexts } from '../error-texts.ts';
import { LongPollingTransport, noCache } from '../transports/long-polling.ts';
import { ServerSentEventsTransport } from '../transports/server-sent-events.ts';
import type { WriteBatcher } from '../transports/write-batcher.ts';
import { answer } from './http-answer.ts';
import type { HubExchange } from './http-handler.ts';

/** A hub's path without an upgrade: the requests of the HTTP transports. Source: `HttpConnectionDispatcher`. */
export async function answerTransport(exchange: HubExchange, batcher: WriteBatcher): Promise<void> {
  const { hub, request, response, query } = exchange;
  const { method } = request;
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return answer(response, 405);
  const transport = method === 'GET' && wantsEvents(request) ? 'ServerSentEvents' : 'LongPolling';
  const headers = method === 'GET' && transport === 'LongPolling' ? noCache : {};
  const id = query.get('id');
  if (id === undefined || id === '')
    return answer(response, 400, errorTexts.connectionIdRequired, headers);
  const connection = hub.connections.find(id);
  if (connection === undefined) return answer(response, 404, errorTexts.noConnection, headers);
  if (method === 'POST') return answerPost(exchange, connection);
  if (method === 'DELETE') return answerDelete(exchange, connection);
  const refused = refusal(exchange, connection, transport);
  if (refused !== undefined) return answer(response, ...refused, headers);
  if (transport === 'ServerSentEvents') openEvents(exchange, connection, batcher);
  else poll(exchange, connection, batcher);
}

/** Why a GET cannot be served: status and sentence. */
function refusal(
  { hub }: HubExchange,
  connection: ConnectionContext,
  transport: TransportName,
): [number, string] | undefined {
  if (!hub.options.transports.includes(transport))
    return [404, errorTexts.transportNotSupported(transport)];
  if (!connection.isOpened) return hub.isClosing ? [503, errorTexts.serverClosing] : undefined;
  if (connection.transport?.name !== transport) return [400, errorTexts.cannotChangeTransport];
  return transport === 'ServerSentEvents' ? [409, ''] : undefined;
}

function openEvents(
  { hub, request, response, ticket }: HubExchange,
  connection: ConnectionContext,
  batcher: WriteBatcher,
): void {
  const details = connectionRequest(request);
  // A middleware that compresses would gather the stream instead of sending it. All of them ask this header.
  request.headers = { ...request.headers, 'accept-encoding': 'identity' };
  const transport = new ServerSentEventsTransport(
    response,
    connection.posts(hub.options.transportMaxBufferSize),
    batcher,
    hub.sendLimits,
    () => hub.tooSlow(connection),
  );
  transport.listen(hub.open(connection, transport, details, ticket));
}

function poll(
  { hub, request, response, ticket }: HubExchange,
  connection: ConnectionContext,
  batcher: WriteBatcher,
): void {
  const { transport: opened } = connection;
  if (opened instanceof LongPollingTransport) return opened.poll(response);
  const { disconnectTimeout, longPolling, transportMaxBufferSize } = hub.options;
  const transport = new LongPollingTransport(
    connection.posts(transportMaxBufferSize),
    { pollTimeout: longPolling.pollTimeout, disconnectTimeout },
    batcher,
    hub.sendLimits,
    () => hub.tooSlow(connection),
  );
  transport.listen(hub.open(connection, transport, connectionRequest(request), ticket));
  transport.poll(response);
}

const postAnswers: Record<PostResult, readonly [number, string]> = {
  read: [200, ''],
  ended: [404, errorTexts.noConnection],
  tooMany: [503, errorTexts.tooManyPosts],
  unreadable: [400, errorTexts.bodyAlreadyRead],
};

async function answerPost(
  { hub, request, response }: HubExchange,
  connection: ConnectionContext,
): Promise<void> {
  if (connection.transport?.name === 'WebSockets')
    return answer(response, 405, errorTexts.postToWebSocket);
  const result = await connection.posts(hub.options.transportMaxBufferSize).read(request);
  if (result === 'unreadable') hub.options.logger.error(errorTexts.bodyAlreadyRead);
  answer(response, ...postAnswers[result]);
}

function answerDelete({ response }: HubExchange, connection: ConnectionContext): void {
  if (connection.transport?.name !== 'LongPolling')
    return answer(response, 400, errorTexts.deleteOfOther);
  connection.transport.abort();
  answer(response, 202);
}

const wantsEvents = (request: IncomingMessage): boolean =>
  (request.headers.accept ?? '')
    .split(',')
    .some((type) => type.trim().toLowerCase().startsWith('text/event-stream'));
