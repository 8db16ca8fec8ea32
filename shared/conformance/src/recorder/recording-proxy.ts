import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import {
  asksForHttp2,
  resolveTarget,
  serveWithoutUpgrade,
  splitTarget,
} from '@practical-signalr/server/transports';
import type { WebSocket } from 'ws';
import { errorTexts } from '../error-texts.ts';
import { EventWriter } from './event-writer.ts';
import type { RecordedConnection } from './recorded-connection.ts';
import { SessionRecorder } from './session-recorder.ts';
import { EventStreamReader } from './event-stream-reader.ts';
import { forwardedHeaders, returnedHeaders } from './proxied-headers.ts';
import { relayWebSocket } from './relay-web-socket.ts';

/** The maximum size of a negotiate response that is recorded, in bytes. */
const MAXIMUM_NEGOTIATION = 64 * 1024;

/** The maximum size of a file, in bytes. */
const MAXIMUM_FILE = 100 * 1024 * 1024;

/** Options of {@link startRecordingProxy}. */
export interface RecordingProxyOptions {
  /** The address of the server, for example `http://127.0.0.1:5000`. */
  readonly target: string;
  /** The path of the file. It must not exist. */
  readonly file: string;
  /** The port of 127.0.0.1 at which clients connect. 0 for a free one. */
  readonly port: number;
  /** The maximum size of the file, in bytes. Default: 100 MB. */
  readonly maximumSize?: number;
  /** Called if a part of the traffic is not recorded. Clients are still served. */
  readonly onProblem?: (message: string) => void;
}

/** A proxy between clients and a server. */
export interface RecordingProxy {
  /** Clients connect here instead of to the server. */
  readonly url: string;
  /** The number of recorded events. */
  readonly eventCount: () => number;
  /** Closes all connections and the file. */
  close(): Promise<void>;
}

/** Starts a proxy that forwards everything, and records the traffic of SignalR connections. */
export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const target = new URL(options.target);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  let writer: EventWriter;
  try {
    const { file, maximumSize = MAXIMUM_FILE, onProblem = () => undefined } = options;
    writer = new EventWriter(file, maximumSize, onProblem);
  } catch (error) {
    server.close();
    throw error;
  }
  const recorder = new SessionRecorder(writer);
  const open = new Set<WebSocket>();
  server.on('request', (request, response) => forward(target, recorder, request, response));
  server.on('upgrade', (request, socket, head) => {
    if (asksForHttp2(request)) {
      serveWithoutUpgrade(server, request, socket, head);
      return;
    }
    recorder.learn(request.headers, queryOf(request));
    const headers = forwardedHeaders(target, request.headers);
    relayWebSocket(target, recorder, { request, socket, head, headers, open });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    eventCount: () => writer.count,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const webSocket of open) webSocket.terminate();
      server.closeAllConnections();
      await closed;
      writer.close();
    },
  };
}

/** Forwards a request, and records it if it belongs to a SignalR connection. */
function forward(
  target: URL,
  recorder: SessionRecorder,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const query = queryOf(request);
  recorder.learn(request.headers, query);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = send(
    resolveTarget(request.url ?? '/', target),
    { method: request.method, headers: forwardedHeaders(target, request.headers) },
    (answer) => {
      recorder.redactor.learnSetCookies(answer.headers['set-cookie']);
      recordAnswer(recorder, request, answer, response);
      response.writeHead(
        answer.statusCode ?? 502,
        returnedHeaders(target, request.headers.host, answer.headers),
      );
      response.flushHeaders();
      pipeline(answer, response, () => undefined);
    },
  );
  outgoing.on('error', (error) => {
    // A poll that fails although the client waits for it: the server has stopped.
    if (request.method === 'GET' && !response.destroyed) recorder.find(query)?.close('server');
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(errorTexts.targetNotReached(error.message));
  });
  response.on('close', () => outgoing.destroy());
  const connection = request.method === 'POST' ? recorder.find(query) : undefined;
  if (connection !== undefined && !isNegotiation(request))
    request.on('data', (chunk: Buffer) => connection.receive('client', chunk));
  if (request.method === 'DELETE') recorder.find(query)?.close('client');
  pipeline(request, outgoing, () => undefined);
}

function recordAnswer(
  recorder: SessionRecorder,
  request: IncomingMessage,
  answer: IncomingMessage,
  response: ServerResponse,
): void {
  const query = queryOf(request);
  const status = answer.statusCode ?? 0;
  if (isNegotiation(request)) {
    const path = pathOf(request).replace(/\/negotiate\/?$/i, '');
    readBody(answer, (body) => recorder.negotiated(path, query, status, body));
    return;
  }
  const connection = request.method === 'GET' ? recorder.find(query) : undefined;
  if (connection === undefined) return;
  const isEventStream = /text\/event-stream/.test(request.headers.accept ?? '');
  if (!connection.isOpen) {
    const transport = isEventStream ? 'ServerSentEvents' : 'LongPolling';
    connection.open(transport, pathOf(request), query, status);
  }
  if (isEventStream) recordEvents(connection, answer, response);
  else recordPoll(connection, answer, status);
}

function recordEvents(
  connection: RecordedConnection,
  answer: IncomingMessage,
  response: ServerResponse,
): void {
  const reader = new EventStreamReader(
    (data) => connection.receive('server', data),
    () => connection.reportBroken('server'),
  );
  answer.on('data', (chunk: Buffer) => reader.write(chunk));
  answer.on('end', () => connection.close('server'));
  // The server has crashed. The proxy destroys the answer itself only after the client has left.
  answer.on('error', () => connection.close('server'));
  response.on('close', () => connection.close('client'));
}

/** Records the response to a poll. Each status but 200, for example 204, closes the connection. */
function recordPoll(connection: RecordedConnection, answer: IncomingMessage, status: number): void {
  if (status === 200) answer.on('data', (chunk: Buffer) => connection.receive('server', chunk));
  if (status !== 200) connection.close('server');
}

/** Calls back with the whole body, or with a note if it is too long. */
function readBody(answer: IncomingMessage, onBody: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= MAXIMUM_NEGOTIATION) chunks.push(chunk);
  });
  answer.on('end', () => {
    // A part of a response is not JSON, so its tokens would not be found.
    const isWhole = length <= MAXIMUM_NEGOTIATION;
    onBody(isWhole ? Buffer.concat(chunks).toString('utf8') : `(${length} bytes)`);
  });
}

const pathOf = ({ url = '/' }: IncomingMessage): string => splitTarget(url).path;
const queryOf = ({ url = '/' }: IncomingMessage): string => splitTarget(url).query;

const isNegotiation = (request: IncomingMessage): boolean =>
  request.method === 'POST' && /\/negotiate\/?$/i.test(pathOf(request));
