import { randomUUID } from 'node:crypto';
import { Deadline, Gate, RunningClock } from '@practical-signalr/server/scale-out';
import { WebSocket } from 'ws';
import { errors } from '../errors.ts';
import { logMessages } from '../log-messages.ts';
import {
  FrameReader,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType,
  ServiceMessageWriter,
} from '../service-protocol/index.ts';
import { describeRefusal } from './describe-refusal.ts';

/** The kind of a server connection in its handshake. */
export const ServiceConnectionType = { Default: 0, OnDemand: 1, Weak: 2 } as const;

/** The options of a server connection. Times are in ms. */
export interface ServiceConnectionOptions {
  /** The name of the endpoint in messages. */
  readonly endpointName: string;
  readonly connectionType: number;
  /**
   * When clients move to another server: 0 never, 1 at shutdown, 2 also if the connection is lost.
   */
  readonly migrationLevel: number;
  /** Whether clients may reconnect with a new socket. */
  readonly allowStatefulReconnects: boolean;
  readonly handshakeTimeout: number;
  readonly serviceTimeout: number;
}

/** The events of a server connection. Its owner handles them. */
export interface ServiceConnectionEvents {
  /** The handshake is done. Messages in the same chunk follow immediately. */
  onOpen(): void;
  onMessage(message: ServiceMessage): void;
  /**
   * Returns the number of clients of the hub on this server, and of those on this connection, for
   * keep-alives.
   */
  clientCounts(): { readonly inHub: number; readonly own: number };
  /**
   * Called once when a connection that was open is closed. `reason` is undefined if the app closed
   * it.
   */
  onClosed(reason: string | undefined): void;
}

/** If data arrives and the last ping is older than this, in ms, a ping is sent. */
const PING_INTERVAL = 5000;
/** The number of buffered bytes at which senders wait. */
const HIGH_WATER_MARK = 1024 * 1024;
/** The number of buffered bytes at which the connection is closed. */
const MAXIMUM_BUFFER = 64 * 1024 * 1024;
/**
 * The maximum size of a WebSocket message, in bytes. The service reads a stream of bytes and may
 * refuse a very large message, so longer data is split.
 */
const MAXIMUM_WRITE = 1024 * 1024;

/**
 * One WebSocket to the service, with handshake, pings and a liveness check. It carries the messages
 * of many clients. Everything that is sent in one turn of the event loop is written at once.
 * Source: `ServiceConnectionBase` of azure-signalr.
 */
export class ServiceConnection {
  /** The id of the connection in its URL. */
  readonly id = randomUUID();
  readonly #options: ServiceConnectionOptions;
  readonly #events: ServiceConnectionEvents;
  readonly #writer = new ServiceMessageWriter();
  readonly #frames = new FrameReader();
  #webSocket: WebSocket | undefined;
  #status: 'opening' | 'open' | 'broken' | 'closed' = 'opening';
  #reason: string | undefined;
  #settleHandshake: ((error?: Error) => void) | undefined;
  readonly #livenessInterval: number;
  readonly #clock: RunningClock;
  /** When the service last sent data, in ms on the clock of the connection. */
  #lastReceivedAt = 0;
  #lastPingAt = performance.now();
  #liveness: NodeJS.Timeout | undefined;
  #isFlushScheduled = false;
  readonly #room = new Gate();

  constructor(options: ServiceConnectionOptions, events: ServiceConnectionEvents) {
    this.#options = options;
    this.#livenessInterval = Math.min(5000, options.serviceTimeout / 6);
    this.#clock = new RunningClock(this.#livenessInterval);
    this.#events = events;
  }

  /** The name of the endpoint that the connection leads to. */
  get endpointName(): string {
    return this.#options.endpointName;
  }

  /** True if messages can be sent. */
  get isOpen(): boolean {
    return this.#status === 'open';
  }

  /**
   * True if clients may reconnect with a new socket. The service must then know which messages to
   * number.
   */
  get allowsStatefulReconnects(): boolean {
    return this.#options.allowStatefulReconnects;
  }

  /**
   * Connects and completes the handshake. Rejects if the service refuses or does not answer
   * (`ERR_SIGNALR_AZURE_SERVER_CONNECTION_FAILED`).
   */
  async open(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const { handshakeTimeout } = this.#options;
    const webSocket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      maxPayload: MAXIMUM_BUFFER,
    });
    this.#webSocket = webSocket;
    const handshake = new Promise<void>((resolve, reject) => {
      this.#settleHandshake = (error) => (error === undefined ? resolve() : reject(error));
    });
    const deadline = new Deadline(
      () => this.#disconnect(logMessages.handshakeTimeout),
      handshakeTimeout,
    ).unref();
    webSocket.on('open', () => this.#sendHandshake());
    webSocket.on('message', (data: Buffer) => this.#receive(data));
    webSocket.on('error', (error) => this.#settleHandshake?.(error));
    webSocket.on('unexpected-response', (request, response) => {
      this.#settleHandshake?.(
        errors.serverConnectionFailed(describeRefusal(this.#options.endpointName, response)),
      );
      request.destroy();
    });
    webSocket.on('close', () => this.#handleClose());
    try {
      await handshake;
    } finally {
      deadline.stop();
      this.#settleHandshake = undefined;
    }
  }

  /**
   * Sends at the end of this turn. Does nothing if the connection is closed, as its clients are
   * gone too.
   */
  send(message: ServiceMessage): void {
    if (this.#status !== 'open') return;
    this.#writer.write(message);
    if (this.#bufferedBytes > MAXIMUM_BUFFER)
      return this.#disconnect(logMessages.overflow(this.#options.endpointName));
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(() => this.#flush());
  }

  /**
   * Returns undefined if more can be sent now. Otherwise returns a promise that resolves when the
   * buffer has room or the connection is closed.
   */
  whenRoom(): Promise<void> | undefined {
    if (this.#status !== 'open' || this.#bufferedBytes <= HIGH_WATER_MARK) return undefined;
    return this.#room.wait();
  }

  /** Sends buffered messages and closes the connection with status 1000. */
  close(): void {
    if (this.#status === 'open') this.#flush();
    this.#disconnect(undefined);
  }

  get #bufferedBytes(): number {
    return this.#writer.length + (this.#webSocket?.bufferedAmount ?? 0);
  }

  #sendHandshake(): void {
    const { connectionType, migrationLevel, allowStatefulReconnects } = this.#options;
    this.#writer.write({
      type: ServiceMessageType.HandshakeRequest,
      version: 1,
      connectionType,
      target: '',
      migrationLevel,
      // Older services do not know this item.
      ...(allowStatefulReconnects ? { allowStatefulReconnects } : {}),
    });
    this.#flush();
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    const webSocket = this.#webSocket;
    if (this.#writer.length === 0 || webSocket?.readyState !== WebSocket.OPEN) return;
    const bytes = this.#writer.take();
    for (let at = 0; at < bytes.length; at += MAXIMUM_WRITE) {
      webSocket.send(bytes.subarray(at, at + MAXIMUM_WRITE), this.#onWritten);
    }
  }

  readonly #onWritten = (): void => {
    if (this.#bufferedBytes <= HIGH_WATER_MARK) this.#room.open();
  };

  #receive(data: Buffer): void {
    if (this.#status === 'closed') return;
    const now = performance.now();
    this.#lastReceivedAt = this.#clock.now();
    try {
      this.#frames.read(data, (frame) => {
        const message = readServiceMessage(frame);
        if (message !== undefined) this.#handle(message);
      });
    } catch {
      return this.#disconnect(logMessages.malformedData(this.#options.endpointName));
    }
    if (this.#status === 'open' && now - this.#lastPingAt > PING_INTERVAL) {
      this.#lastPingAt = now;
      const { inHub, own } = this.#events.clientCounts();
      this.send({
        type: ServiceMessageType.Ping,
        messages: ['#clientInHub', String(inHub), '#client', String(own)],
      });
    }
  }

  #handle(message: ServiceMessage): void {
    // The same chunk may contain messages after the one that closed the connection.
    if (this.#status === 'closed') return;
    if (this.#status === 'opening') return this.#completeHandshake(message);
    if (
      message.type === ServiceMessageType.ServiceError &&
      message.errorMessage !== null &&
      message.errorMessage !== ''
    ) {
      // The service reads nothing after this message, but may still send until it closes.
      this.#status = 'broken';
      this.#room.open();
    }
    this.#events.onMessage(message);
  }

  #completeHandshake(message: ServiceMessage): void {
    if (message.type !== ServiceMessageType.HandshakeResponse)
      return this.#disconnect(logMessages.handshakeUnexpected);
    const { errorMessage } = message;
    if (errorMessage !== null && errorMessage !== '')
      return this.#disconnect(logMessages.handshakeRefused(errorMessage));
    this.#status = 'open';
    const { serviceTimeout, endpointName } = this.#options;
    this.#liveness = setInterval(() => {
      if (this.#clock.tick() - this.#lastReceivedAt > serviceTimeout)
        this.#disconnect(logMessages.silent(endpointName));
    }, this.#livenessInterval).unref();
    this.#events.onOpen();
    this.#settleHandshake?.();
  }

  #disconnect(reason: string | undefined): void {
    this.#settleHandshake?.(errors.serverConnectionFailed(reason ?? logMessages.closedByApp));
    this.#reason = reason;
    const webSocket = this.#webSocket;
    if (webSocket?.readyState === WebSocket.OPEN) webSocket.close(1000);
    else webSocket?.terminate();
    // Not when the socket reports 'close': if the service does not answer, clients must not wait
    // for it.
    this.#handleClose();
  }

  #handleClose(): void {
    if (this.#status === 'closed') return;
    const wasOpen = this.#status !== 'opening';
    this.#status = 'closed';
    clearInterval(this.#liveness);
    this.#room.open();
    this.#settleHandshake?.(errors.serverConnectionFailed(logMessages.handshakeUnexpected));
    if (wasOpen) this.#events.onClosed(this.#reason ?? '');
  }
}
