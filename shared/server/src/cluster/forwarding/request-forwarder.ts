import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import { answer } from '../../connections/http-answer.ts';
import { parsedBody } from '../../connections/post-queue.ts';
import { wireMessages } from '../../wire-messages.ts';

/**
 * The header that carries the client's address from one worker to another. The word `tls` follows
 * if the client's socket is encrypted.
 */
const ADDRESS_HEADER = 'x-practical-signalr-address';

/**
 * The maximum size of the headers between workers, in bytes. The worker that received the request
 * has applied the limit of the application, which may be above that of Node.
 */
const MAXIMUM_HEADERS = 1024 * 1024;

const nothing = (): void => undefined;

/** Returns the value of the address header. */
function describeClient(socket: Socket): string {
  const { remoteAddress = '' } = socket;
  return (socket as TLSSocket).encrypted === true ? `${remoteAddress} tls` : remoteAddress;
}

/**
 * Passes a request to the worker that listens at a private socket, and its response to the client.
 * Resolves when the response has ended, however it ends.
 */
export async function forwardRequest(
  socketPath: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isParsed = request.readableEnded && hasBody(request);
  const body = isParsed ? parsedBody(request) : undefined;
  if (isParsed && body === undefined) {
    answer(response, 400, wireMessages.bodyAlreadyRead);
    return;
  }
  try {
    await exchange(socketPath, request, response, body);
  } catch {
    // The other worker has ended, the client has disconnected, or a header cannot be sent.
    if (response.headersSent) response.destroy();
    else answer(response, 502);
  }
}

/** `body` is the body of the request if middleware has read it. */
async function exchange(
  socketPath: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array | undefined,
): Promise<void> {
  const { method, headers, socket } = request;
  const forwarded = sendRequest({
    socketPath,
    method,
    path: originalUrl(request),
    headers: {
      ...endToEnd(headers),
      ...framing(headers, body),
      // The other worker must not close the socket while the end of the body is on its way.
      connection: 'keep-alive',
      [ADDRESS_HEADER]: describeClient(socket),
    },
    maxHeaderSize: MAXIMUM_HEADERS,
    agent: false,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    forwarded.once('response', resolve);
    forwarded.once('error', reject);
  });
  response.once('close', () => forwarded.destroy());
  try {
    const sent = pipeline(body === undefined ? request : Readable.from([body]), forwarded);
    sent.catch(nothing); // the response reports the failure
    const reply = await answered;
    response.writeHead(reply.statusCode ?? 502, endToEnd(reply.headers));
    // Events of a stream must not wait for the end of the headers.
    response.flushHeaders();
    await pipeline(reply, response);
  } finally {
    forwarded.destroy();
  }
}

/** Source: RFC 9112, section 6.3. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/**
 * Returns the headers that mark the end of the body. Node adds none to a GET or a DELETE. Without
 * them, the other worker would read the body as the next request.
 */
function framing(
  { 'transfer-encoding': transferEncoding }: IncomingHttpHeaders,
  body: Uint8Array | undefined,
): OutgoingHttpHeaders {
  if (body !== undefined) return { 'content-length': body.byteLength };
  return transferEncoding === undefined ? {} : { 'transfer-encoding': transferEncoding };
}

/** Returns the headers that are not for one hop only. Source: RFC 9110, section 7.6.1. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _transferEncoding,
    upgrade: _upgrade,
    ...others
  } = headers;
  return others;
}

/** Passes an upgrade request to the worker that listens at a private socket. */
export function forwardUpgrade(
  socketPath: string,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const upstream = connect(socketPath);
  // Node reads the bytes of a head as Latin-1.
  upstream.write(serializeHead(request), 'latin1');
  upstream.write(head);
  pipeline(socket, upstream).catch(nothing);
  pipeline(upstream, socket).catch(nothing);
  socket.once('close', () => upstream.destroy());
  upstream.once('close', () => socket.destroy());
}

/** Returns the head of a request as bytes, with the client's address. */
function serializeHead(request: IncomingMessage): string {
  const lines = [`${request.method} ${originalUrl(request)} HTTP/1.1`];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] as string;
    if (name.toLowerCase() === ADDRESS_HEADER) continue;
    lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  lines.push(`${ADDRESS_HEADER}: ${describeClient(request.socket)}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** express removes the prefix of a mounted router from `url`. */
const originalUrl = (request: IncomingMessage): string =>
  (request as IncomingMessage & { originalUrl?: string }).originalUrl ?? request.url ?? '/';

/** A server that passes the requests of other workers to the application's server. */
export interface PrivateServer {
  /**
   * The server that receives forwarded requests. It trusts what they say about their client, so let
   * it listen only at a socket that no other user of the machine can open.
   */
  readonly server: Server;
  /** Sets the application's server. Before that, requests get status 503. */
  serve(application: Server): void;
}

/** Returns the server that receives the requests of other workers. */
export function privateServer(): PrivateServer {
  let application: Server | undefined;
  const server = createServer({ maxHeaderSize: MAXIMUM_HEADERS }, (request, response) => {
    restoreClient(request);
    if (application === undefined) answer(response, 503);
    else application.emit('request', request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    restoreClient(request);
    if (application === undefined) socket.destroy();
    else application.emit('upgrade', request, socket, head);
  });
  return {
    server,
    serve(newApplication) {
      application = newApplication;
    },
  };
}

/** Gives the socket of a forwarded request the address and the encryption of its client. */
function restoreClient({ headers, socket }: IncomingMessage): void {
  const [address = '', security] = String(headers[ADDRESS_HEADER] ?? '').split(' ');
  delete headers[ADDRESS_HEADER];
  // A client at a Unix socket has no address.
  const remoteAddress = address === '' ? undefined : address;
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress, configurable: true });
  if (security === 'tls') {
    Object.defineProperty(socket, 'encrypted', { value: true, configurable: true });
  }
}
