import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { Deadline } from '../connections/deadline.ts';
import type { PostQueue } from '../connections/post-queue.ts';
import type { BytesInFlight } from '../limits/bytes-in-flight.ts';
import type { TransportEvents } from '../connections/transport.ts';
import { BufferedTransport, CLOSE_TIMEOUT, type SendLimits } from './buffered-transport.ts';
import { serverSentEventsFrame } from './server-sent-events-frame.ts';
import { SlicedWriter } from './sliced-writer.ts';
import type { WriteBatcher } from './write-batcher.ts';

const joinedEvent = (payloads: readonly Uint8Array[]): Buffer =>
  serverSentEventsFrame(Buffer.concat(payloads));

/**
 * Returns true if the client asks for an event stream. Like ASP.NET Core, accepts no parameters.
 */
export function acceptsEventStream(request: IncomingMessage): boolean {
  const types = request.headers.accept?.split(',');
  return types?.some((type) => type.trim().toLowerCase() === 'text/event-stream') === true;
}

/**
 * Prevents middleware from compressing the stream: it would collect events instead of sending them.
 * All such middleware reads this header.
 */
export function preventCompression(request: IncomingMessage): void {
  // The connection keeps the original headers. Requests of HTTP/2 have no setter for them.
  const value = { ...request.headers, 'accept-encoding': 'identity' };
  Object.defineProperty(request, 'headers', { value, configurable: true, writable: true });
}

/**
 * The Server-Sent Events transport. The server sends in one response that does not end, the client
 * in POSTs. Text only.
 */
export class ServerSentEventsTransport extends BufferedTransport {
  readonly #response: ServerResponse;
  readonly #posts: PostQueue;
  readonly #bytesInFlight: BytesInFlight | undefined;
  readonly #writer: SlicedWriter;
  #events: TransportEvents | undefined;
  #closeDeadline: Deadline | undefined;

  constructor(
    response: ServerResponse,
    posts: PostQueue,
    batcher: WriteBatcher,
    limits: SendLimits,
    onTooSlow: () => void,
  ) {
    super(batcher, limits, onTooSlow);
    this.#response = response;
    this.#writer = new SlicedWriter(response);
    this.#posts = posts;
    this.#bytesInFlight = limits.bytesInFlight;
  }

  get name() {
    return 'ServerSentEvents' as const;
  }

  listen(events: TransportEvents): void {
    const response = this.#response;
    this.#events = events;
    response.on('error', () => undefined); // a 'close' follows
    response.on('close', () => this.#finish());
    // Node may not close the streams of an HTTP/2 session whose client has gone.
    const { stream } = response as ServerResponse & { stream?: ServerHttp2Stream };
    stream?.on('aborted', () => this.#finish());
    response.on('drain', () => {
      this.#writer.continue();
      this.onBytesSent();
    });
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache,no-store',
      Pragma: 'no-cache',
      'Content-Encoding': 'identity',
      'X-Accel-Buffering': 'no', // otherwise nginx buffers the stream
    });
    response.write(':\r\n'); // a comment, so that the client receives the headers
    this.#posts.open(events, () => this.abort(), this.#bytesInFlight);
  }

  abort(): void {
    this.#response.destroy();
    // A response that never got its socket, because it was pipelined, does not close.
    this.#finish();
  }

  pause(): void {
    this.#posts.pause();
  }

  resume(): void {
    this.#posts.resume();
  }

  protected get frame() {
    return serverSentEventsFrame;
  }

  protected get frameAll() {
    return joinedEvent;
  }

  protected get unsentBytes(): number {
    return this.#writer.unsentBytes;
  }

  protected write(frames: Buffer): void {
    this.#writer.write(frames);
  }

  protected end(): void {
    this.#writer.whenEmpty(() => {
      this.#response.end();
      this.#closeDeadline = new Deadline(() => this.abort(), CLOSE_TIMEOUT);
    });
  }

  #finish(): void {
    const events = this.#events;
    this.#events = undefined;
    this.#closeDeadline?.stop();
    this.#writer.clear();
    this.stopSending();
    this.#posts.end();
    events?.onClose();
  }
}
