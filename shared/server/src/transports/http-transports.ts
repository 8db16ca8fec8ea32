import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { ConnectionContext } from '../connections/connection-context.ts';
import { answer, canAnswer, plainText } from '../connections/http-answer.ts';
import type { PostResult } from '../connections/post-queue.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { wireMessages } from '../wire-messages.ts';
import type { SendLimits } from './buffered-transport.ts';
import { findHttpTransport, findTransport } from './find-transport.ts';
import type { PollTimes } from './long-polling.ts';
import type { HttpTransport, HttpTransportDefinition } from './transport-definition.ts';
import type { WriteBatcher } from './write-batcher.ts';

/** The answer to a request that is not served. */
export interface HttpRefusal {
  readonly status: number;
  readonly message: string;
}

/** What the HTTP transports need from the server that they are part of. */
export interface HttpTransportHost {
  readonly batcher: WriteBatcher;
  readonly sendLimits: SendLimits;
  readonly pollTimes: PollTimes;
  /**
   * The maximum number of bytes of POSTs that are kept until the connection is open, and while it
   * is paused.
   */
  readonly maximumEarlyBytes: number;
  /** Returns the connection of a token, as `ConnectionManager.find` does. */
  find(token: string): ConnectionContext | undefined;
  /** Refuses a GET, for example if a limit is reached. Default: every GET is served. */
  refuseGet?(
    connection: ConnectionContext,
    transport: HttpTransportDefinition,
  ): HttpRefusal | undefined;
  /** Refuses a POST, for example if its body is too large. Default: every POST is served. */
  refusePost?(connection: ConnectionContext): HttpRefusal | undefined;
  /** Called when a GET opens a connection. Returns what handles the events of its transport. */
  open(
    connection: ConnectionContext,
    transport: HttpTransport,
    definition: HttpTransportDefinition,
  ): TransportEvents;
  /** Called when a client does not read. Its connection is closed after that. */
  onTooSlow(connection: ConnectionContext): void;
  /** Called when other code has read the body of a POST and did not keep it. */
  onUnreadablePost?(connection: ConnectionContext): void;
}

/**
 * Serves one GET, POST or DELETE of the HTTP transports: Server-Sent Events, Long Polling and any
 * other transport of the registry that needs no upgrade. `token` is the value of the query
 * parameter `id`. Never rejects unless a method of `host` throws.
 * Source: `HttpConnectionDispatcher` of ASP.NET Core.
 * @example
 * await serveHttpTransport(request, response, query.get('id'), {
 *   batcher, sendLimits, pollTimes, maximumEarlyBytes: 65_536,
 *   find: (token) => connections.find(token),
 *   open: (connection, transport) => startSession(connection, transport),
 *   onTooSlow: (connection) => log(connection.connectionId),
 * });
 */
export async function serveHttpTransport(
  request: IncomingMessage,
  response: ServerResponse,
  token: string | undefined,
  host: HttpTransportHost,
): Promise<void> {
  const { method } = request;
  const definition = method === 'GET' ? findHttpTransport(request) : undefined;
  if (definition === undefined && method !== 'POST' && method !== 'DELETE') {
    answer(response, 405);
    return;
  }
  const headers = definition?.refusalHeaders ?? plainText;
  if (token === undefined || token === '') {
    answer(response, 400, wireMessages.connectionIdRequired, headers);
    return;
  }
  const connection = host.find(token);
  if (connection === undefined) answer(response, 404, wireMessages.noConnection, headers);
  else if (definition !== undefined) serveGet(request, response, connection, definition, host);
  else if (method === 'POST') await servePost(request, response, connection, host);
  else serveDelete(response, connection);
}

function serveGet(
  request: IncomingMessage,
  response: ServerResponse,
  connection: ConnectionContext,
  definition: HttpTransportDefinition,
  host: HttpTransportHost,
): void {
  // The client may have gone while it was authenticated. Nobody would close its connection.
  if (!canAnswer(response)) return;
  const opened = connection.transport as HttpTransport | undefined;
  const refusal =
    host.refuseGet?.(connection, definition) ??
    (opened === undefined ? undefined : refuseSecondGet(opened, definition));
  if (refusal !== undefined) {
    answer(response, refusal.status, refusal.message, definition.refusalHeaders);
    return;
  }
  if (opened !== undefined) {
    opened.poll?.(response);
    return;
  }
  const transport = definition.create({
    request,
    response,
    posts: connection.posts(host.maximumEarlyBytes),
    pollTimes: host.pollTimes,
    batcher: host.batcher,
    sendLimits: host.sendLimits,
    onTooSlow: () => host.onTooSlow(connection),
  });
  transport.listen(host.open(connection, transport, definition));
  transport.poll?.(response);
}

function refuseSecondGet(
  opened: HttpTransport,
  definition: HttpTransportDefinition,
): HttpRefusal | undefined {
  if (opened.name !== definition.name) {
    return { status: 400, message: wireMessages.cannotChangeTransport };
  }
  return opened.poll === undefined ? { status: 409, message: '' } : undefined;
}

const postAnswers: Record<PostResult, readonly [status: number, message: string]> = {
  read: [200, ''],
  ended: [404, wireMessages.noConnection],
  tooMany: [503, wireMessages.tooManyPosts],
  unreadable: [400, wireMessages.bodyAlreadyRead],
};

async function servePost(
  request: IncomingMessage,
  response: ServerResponse,
  connection: ConnectionContext,
  host: HttpTransportHost,
): Promise<void> {
  if (findTransport(connection.transport?.name)?.needsUpgrade === true) {
    answer(response, 405, wireMessages.postToWebSocket);
    return;
  }
  const refusal = host.refusePost?.(connection);
  if (refusal !== undefined) {
    answer(response, refusal.status, refusal.message);
    return;
  }
  const result = await connection.posts(host.maximumEarlyBytes).read(request);
  if (result === 'unreadable') host.onUnreadablePost?.(connection);
  const [status, message] = postAnswers[result];
  if (request.complete) answer(response, status, message);
  else answerUnreadPost(response, status, message);
}

/** Answers a POST whose body is never read. It must not keep the socket or the stream open. */
function answerUnreadPost(response: ServerResponse, status: number, message: string): void {
  // HTTP/2 has no header Connection: other requests use the same socket.
  const { stream } = response as ServerResponse & { stream?: ServerHttp2Stream };
  if (stream === undefined) {
    answer(response, status, message, { ...plainText, Connection: 'close' });
    return;
  }
  answer(response, status, message);
  stream.close(); // after the answer
}

function serveDelete(response: ServerResponse, { transport }: ConnectionContext): void {
  const definition = findTransport(transport?.name);
  if (transport === undefined || definition?.needsUpgrade !== false || !definition.canBeDeleted) {
    answer(response, 400, wireMessages.deleteOfOther);
    return;
  }
  transport.abort();
  answer(response, 202);
}
