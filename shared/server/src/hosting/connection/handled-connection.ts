import { setImmediate } from 'node:timers/promises';
import type { ClaimsPrincipal } from '../../connections/claims-principal.ts';
import type { ConnectionRequest } from '../../connections/connection-request.ts';
import { Gate } from '../../connections/gate.ts';
import type { TransportEvents } from '../../connections/transport.ts';
import { ConnectionReport } from '../../hubs/connection/diagnostics.ts';
import { FifoQueue } from '../../queue/fifo-queue.ts';
import { logMessages } from '../../log-messages.ts';
import type { ResolvedOptions } from '../../server-options.ts';
import type { TransportName } from '../../transport-name.ts';
import type { Endpoint, EndpointConnection, NewConnection } from '../endpoint.ts';
import type { ClientConnection, ConnectionHandler } from './client-connection.ts';

/**
 * The number of chunks that a handler may leave unread. Each takes some memory, however small it
 * is.
 */
export const MAXIMUM_CHUNKS = 1024;

/** Returns the endpoint of a connection handler. */
export function connectionEndpoint(
  path: string,
  handler: ConnectionHandler,
  options: ResolvedOptions,
): Endpoint {
  return {
    lifetime: {},
    connect(connection) {
      const handled = new HandledConnection(path, connection, options);
      void handled.run(handler);
      return handled;
    },
  };
}

/** A connection that a connection handler serves. */
class HandledConnection implements ClientConnection, EndpointConnection, TransportEvents {
  readonly connectionId: string;
  readonly request: ConnectionRequest;
  readonly #path: string;
  readonly #new: NewConnection;
  readonly #options: ResolvedOptions;
  readonly #report: ConnectionReport;
  readonly #aborter = new AbortController();
  /** Opens when there is something to read. */
  readonly #readable = new Gate();
  readonly #chunks = new FifoQueue<Uint8Array>();
  /** The bytes in `#chunks`. */
  #bytes = 0;
  /** What was sent since the last wait for the event loop. */
  #bytesInTurn = 0;
  #isPaused = false;
  #isClosed = false;
  #isReturned = false;
  /** Whether `#bytes` no longer count for the limit of all connections. */
  #isEnded = false;
  #error: unknown;
  #user: ClaimsPrincipal | undefined;
  #shutdownTimer: NodeJS.Timeout | undefined;

  constructor(path: string, connection: NewConnection, options: ResolvedOptions) {
    this.#path = path;
    this.connectionId = connection.context.connectionId;
    this.request = connection.request;
    this.#user = connection.context.ticket?.user;
    this.#new = connection;
    this.#options = options;
    this.#report = new ConnectionReport({ hubName: path }, this.connectionId, this.transport);
  }

  get transport(): TransportName {
    return this.#new.transport.name as TransportName;
  }

  get user(): ClaimsPrincipal | undefined {
    return this.#user;
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  get transportEvents(): TransportEvents {
    return this;
  }

  async send(payload: string | Uint8Array): Promise<void> {
    if (this.#isClosed) return;
    this.#new.transport.send(payload);
    this.#bytesInTurn += payload.length;
    if (this.#bytesInTurn >= this.#options.transportMaxBufferSize) {
      // A loop that sends must not keep the server from noticing that the client has gone.
      this.#bytesInTurn = 0;
      await setImmediate();
    }
    await this.#new.transport.whenRoom();
  }

  close(): void {
    this.#stop();
    this.#new.transport.close();
  }

  abort(): void {
    this.#stop();
    this.#new.transport.abort();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const chunk = this.#chunks.take();
      if (chunk !== undefined) {
        this.#count(-chunk.length);
        // The handler may leave the loop here. The next loop continues with the next chunk.
        yield chunk;
        continue;
      }
      if (this.signal.aborted) return;
      this.#resume();
      // What waited in the transport may arrive while it resumes.
      if (this.#chunks.length === 0) await this.#readable.wait();
    }
  }

  /** Runs the handler after the transport has started, and closes the connection after it. */
  async run(handler: ConnectionHandler): Promise<void> {
    await Promise.resolve();
    try {
      await handler(this);
    } catch (error) {
      // An aborted operation of the handler is no failure after the connection has closed.
      if (!this.signal.aborted) {
        this.#options.logger.error(logMessages.connectionHandlerFailed(this.#path), error);
        this.#error = error;
      }
    }
    this.#isReturned = true;
    if (this.#isClosed) this.#end();
    else this.close();
  }

  onReceive(chunk: string | Uint8Array): void {
    if (this.signal.aborted) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes.length === 0) return;
    this.#chunks.add(bytes);
    this.#count(bytes.length);
    if (!this.#isPaused && this.#isFull) {
      this.#isPaused = true;
      this.#new.transport.pause();
    }
    this.#readable.open();
  }

  onClose(_isLost?: boolean, isTimedOut?: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = this.#error instanceof Error ? this.#error : undefined;
    this.#report.close(error, isTimedOut);
    this.#stop();
    if (this.#isReturned) this.#end();
  }

  setUser(user: ClaimsPrincipal | undefined): void {
    this.#user = user;
  }

  onAuthenticationRefreshed(): void {
    // The handler sees the new claims in `user`.
  }

  onHeartbeat(): void {
    // Without the hub protocol there are no pings.
  }

  shutdown(): void {
    if (this.#shutdownTimer !== undefined) return;
    if (!this.signal.aborted) this.#report.status = 'app_shutdown';
    this.#shutdownTimer = setTimeout(() => {
      this.#new.transport.abort();
      this.#end();
    }, this.#options.shutdownTimeout);
    this.#stop();
  }

  /** Ends the loop that reads. What was received before can still be read. */
  #stop(): void {
    this.#aborter.abort();
    this.#readable.open();
  }

  /** Whether the handler must read first: its unread data or that of all clients is too much. */
  get #isFull(): boolean {
    return (
      this.#bytes >= this.#options.transportMaxBufferSize ||
      this.#chunks.length >= MAXIMUM_CHUNKS ||
      this.#new.bytesInFlight?.isExceeded === true
    );
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isEnded) this.#new.bytesInFlight?.change(bytes);
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#new.transport.resume();
  }

  #end(): void {
    clearTimeout(this.#shutdownTimer);
    if (!this.#isEnded) this.#new.bytesInFlight?.change(-this.#bytes);
    this.#isEnded = true;
    this.#new.onEnded();
  }
}
