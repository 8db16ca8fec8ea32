import { randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { constants, type Http2ServerRequest, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** The maximum size of the head of a response, in bytes. */
const MAXIMUM_HEAD = 64 * 1024;
const HEAD_END = '\r\n\r\n';

/** Header fields that describe an HTTP/1.1 connection. HTTP/2 forbids them. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'sec-websocket-accept',
  'transfer-encoding',
  'upgrade',
]);

/** An upgrade request of HTTP/1.1 that stands for an extended CONNECT request of HTTP/2. */
export interface Http2Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
}

/** Returns true if a CONNECT request asks for a WebSocket. HTTP/1.1 has CONNECT requests, too. */
export function isWebSocketConnect(connect: Http2ServerRequest): boolean {
  return connect.httpVersionMajor === 2 && connect.headers[':protocol'] === 'websocket';
}

/**
 * Translates an extended CONNECT request of HTTP/2 into the upgrade request that HTTP/1.1 has for
 * the same purpose, so that the same code serves both.
 * Source: RFC 8441, "Bootstrapping WebSockets with HTTP/2".
 */
export function translateConnect(connect: Http2ServerRequest): Http2Upgrade {
  const socket = new Http2UpgradeSocket(connect.stream as ServerHttp2Stream);
  const request = new IncomingMessage(socket as unknown as Socket);
  request.method = 'GET';
  request.url = connect.headers[':path'] ?? '/';
  // With this version, ServerResponse does not use the chunked encoding of HTTP/1.1.
  request.httpVersion = '2.0';
  request.httpVersionMajor = 2;
  request.httpVersionMinor = 0;
  const headers = Object.entries(connect.headers).filter(([name]) => !name.startsWith(':'));
  request.headers = {
    host: connect.authority,
    ...Object.fromEntries(headers),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
  return { request, socket };
}

/**
 * A stream of HTTP/2 that is used like the socket of an upgrade request. The head of the HTTP/1.1
 * response that is written to it becomes the header fields of HTTP/2, and status 101 becomes 200.
 */
class Http2UpgradeSocket extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly encrypted: boolean;
  readonly #stream: ServerHttp2Stream;
  /** The part of the head that was written. Undefined after the head. */
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(stream: ServerHttp2Stream) {
    super();
    const { socket } = stream.session ?? {};
    this.#stream = stream;
    this.remoteAddress = socket?.remoteAddress;
    this.remotePort = socket?.remotePort;
    this.encrypted = stream.session?.encrypted === true;
    stream.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stream.pause();
    });
    stream.on('end', () => this.push(null));
    stream.on('close', () => this.destroy());
    stream.on('error', () => this.destroy());
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  override _read(): void {
    this.#stream.resume();
  }

  /** Strings arrive as bytes, as in every stream with the default of `decodeStrings`. */
  override _write(
    bytes: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#head === undefined) {
      this.#stream.write(bytes, done);
      return;
    }
    const head = Buffer.concat([this.#head, bytes]);
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end < 0) {
      if (head.length > MAXIMUM_HEAD) this.destroy();
      done();
      return;
    }
    this.#head = undefined;
    if (this.#stream.destroyed) {
      done();
      return;
    }
    this.#stream.respond(readHead(head.toString('latin1', 0, end)));
    const rest = head.subarray(end + HEAD_END.length);
    if (rest.length > 0) this.#stream.write(rest, done);
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#stream.headersSent) this.#stream.end();
    else this.#stream.close(constants.NGHTTP2_CANCEL);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#stream.closed && !this.writableFinished) {
      this.#stream.close(constants.NGHTTP2_CANCEL);
    }
    done(error);
  }
}

/** Returns the header fields of HTTP/2 for the head of an HTTP/1.1 response. */
function readHead(head: string): Record<string, string | number | string[]> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const fields: Record<string, string | number | string[]> = {
    ':status': status === 101 ? 200 : status,
  };
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (connectionHeaders.has(name)) continue;
    const previous = fields[name];
    if (previous === undefined) fields[name] = value;
    else fields[name] = [previous, value].flat() as string[];
  }
  return fields;
}
