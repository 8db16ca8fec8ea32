import { randomUUID } from 'node:crypto';
import { Gate } from '@practical-signalr/server/scale-out';
import { WebSocket } from 'ws';
import { errorTexts } from '../error-texts.ts';
import {
  FrameReader,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType,
  ServiceMessageWriter,
} from '../service-protocol/index.ts';
import { refusal } from './refusal.ts';

/** Why a server connection exists; the number is the wire's. */
export const ServiceConnectionType = { Default: 0, OnDemand: 1, Weak: 2 } as const;

/** What a server connection needs to know. Times in ms. */
export interface ServiceConnectionOptions {
  /** Names the endpoint in texts. */
  readonly endpointName: string;
  readonly connectionType: number;
  /** 0 off, 1 at shutdown, 2 also when the connection is lost. */
  readonly migrationLevel: number;
  /** Whether clients may come back on a new socket. */
  readonly allowStatefulReconnects: boolean;
  readonly handshakeTimeout: number;
  readonly serviceTimeout: number;
}

/** What a server connection tells its owner. */
export interface ServiceConnectionEvents {
  /** The handshake is done; what follows in the same piece comes right behind. */
  onOpen(): void;
  onMessage(message: ServiceMessage): void;
  /** Clients of the hub on this server, and those on this connection: told in keep-alives. */
  clientCounts(): { readonly inHub: number; readonly own: number };
  /** Its end, once, after it was open. `reason` is missing where we ended it. */
  onClosed(reason: string | undefined): void;
}

/** A ping is sent when something arrives and the last one is so old, in ms. */
const PING_INTERVAL = 5000;
/** Bytes that may wait before senders are held back, and before the connection is given up. */
const HIGH_WATER_MARK = 1024 * 1024;
const MAXIMUM_BUFFER = 64 * 1024 * 1024;
/** Bytes of a WebSocket message: the service takes a stream of bytes, and may not take all of a busy turn in one piece. */
const MAXIMUM_WRITE = 1024 * 1024;

/**
 * One WebSocket to the service: handshake, pings, liveness. It carries the messages of many clients; what is sent in one turn of
 * the event loop leaves in one write. Source: `ServiceConnectionBase` of azure-signalr.
 */
export class ServiceConnection {
  /** Told to the service in the URL. */
  readonly id = randomUUID();
  readonly #options: ServiceConnectionOptions;
  readonly #events: ServiceConnectionEvents;
  readonly #writer = new ServiceMessageWriter();
  readonly #frames = new FrameReader();
  #webSocket: WebSocket | undefined;
  #status: 'opening' | 'open' | 'broken' | 'closed' = 'opening';
  #reason: string | undefined;
  #settleHandshake: ((error?: Error) => void) | undefined;
  #heardAt = Date.now();
  #pingedAt = Date.now();
  #liveness: NodeJS.Timeout | undefined;
  #flushes = false;
  readonly #room = new Gate();

  constructor(options: ServiceConnectionOptions, events: ServiceConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Whether messages may be sent. */
  get isOpen(): boolean {
    return this.#status === 'open';
  }

  /** Whether the service has to be told which data it must number, since its clients may come back for it. */
  get allowsStatefulReconnects(): boolean {
    return this.#options.allowStatefulReconnects;
  }

  /** Connects and shakes hands. Rejects with a sentence when the service refuses or does not answer. */
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
    const timer = setTimeout(
      () => this.#end(errorTexts.handshakeTimeout),
      handshakeTimeout,
    ).unref();
    webSocket.on('open', () => this.#sendHandshake());
    webSocket.on('message', (data: Buffer) => this.#receive(data));
    webSocket.on('error', (error) => this.#settleHandshake?.(error));
    webSocket.on('unexpected-response', (request, response) => {
      this.#settleHandshake?.(new Error(refusal(this.#options.endpointName, response)));
      request.destroy();
    });
    webSocket.on('close', () => this.#closed());
    try {
      await handshake;
    } finally {
      clearTimeout(timer);
      this.#settleHandshake = undefined;
    }
  }

  /** Sends at the end of this turn. Does nothing when the connection is not open: its clients are gone too. */
  send(message: ServiceMessage): void {
    if (this.#status !== 'open') return;
    this.#writer.write(message);
    if (this.#waiting > MAXIMUM_BUFFER)
      return this.#end(errorTexts.overflow(this.#options.endpointName));
    if (this.#flushes) return;
    this.#flushes = true;
    setImmediate(() => this.#flush());
  }

  /** Undefined when more may be sent at once, else a promise for room in the buffer or the end of the connection. */
  whenRoom(): Promise<void> | undefined {
    if (this.#status !== 'open' || this.#waiting <= HIGH_WATER_MARK) return undefined;
    return this.#room.wait();
  }

  /** Sends what waits and ends the connection with status 1000. */
  close(): void {
    if (this.#status === 'open') this.#flush();
    this.#end(undefined);
  }

  get #waiting(): number {
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
      ...(allowStatefulReconnects ? { allowStatefulReconnects } : {}), // services before it do not know the item
    });
    this.#flush();
  }

  #flush(): void {
    this.#flushes = false;
    const webSocket = this.#webSocket;
    if (this.#writer.length === 0 || webSocket?.readyState !== WebSocket.OPEN) return;
    const bytes = this.#writer.take();
    for (let at = 0; at < bytes.length; at += MAXIMUM_WRITE) {
      webSocket.send(bytes.subarray(at, at + MAXIMUM_WRITE), this.#onWritten);
    }
  }

  readonly #onWritten = (): void => {
    if (this.#waiting <= HIGH_WATER_MARK) this.#room.open();
  };

  #receive(data: Buffer): void {
    if (this.#status === 'closed') return;
    const now = Date.now();
    this.#heardAt = now;
    try {
      this.#frames.read(data, (frame) => {
        const message = readServiceMessage(frame);
        if (message !== undefined) this.#take(message);
      });
    } catch {
      return this.#end(errorTexts.badData(this.#options.endpointName));
    }
    if (this.#status === 'open' && now - this.#pingedAt > PING_INTERVAL) {
      this.#pingedAt = now;
      const { inHub, own } = this.#events.clientCounts();
      this.send({
        type: ServiceMessageType.Ping,
        messages: ['#clientInHub', String(inHub), '#client', String(own)],
      });
    }
  }

  #take(message: ServiceMessage): void {
    if (this.#status === 'closed') return; // what came in one piece with the reason for the end
    if (this.#status === 'opening') return this.#shakeHands(message);
    if (
      message.type === ServiceMessageType.ServiceError &&
      message.errorMessage !== null &&
      message.errorMessage !== ''
    ) {
      // Nothing that is written after it arrives; what the service still sends is read until it closes.
      this.#status = 'broken';
      this.#room.open();
    }
    this.#events.onMessage(message);
  }

  #shakeHands(message: ServiceMessage): void {
    if (message.type !== ServiceMessageType.HandshakeResponse)
      return this.#end(errorTexts.handshakeUnexpected);
    const { errorMessage } = message;
    if (errorMessage !== null && errorMessage !== '')
      return this.#end(errorTexts.handshakeRefused(errorMessage));
    this.#status = 'open';
    const { serviceTimeout, endpointName } = this.#options;
    this.#liveness = setInterval(
      () => {
        if (Date.now() - this.#heardAt > serviceTimeout) this.#end(errorTexts.silent(endpointName));
      },
      Math.min(5000, serviceTimeout / 6),
    ).unref();
    this.#events.onOpen();
    this.#settleHandshake?.();
  }

  #end(reason: string | undefined): void {
    this.#settleHandshake?.(new Error(reason ?? errorTexts.notActive));
    this.#reason = reason;
    const webSocket = this.#webSocket;
    if (webSocket?.readyState === WebSocket.OPEN) webSocket.close(1000);
    else webSocket?.terminate();
    this.#closed(); // the service may be unable to answer the close: clients must not wait for it
  }

  #closed(): void {
    if (this.#status === 'closed') return;
    const wasOpen = this.#status !== 'opening';
    this.#status = 'closed';
    clearInterval(this.#liveness);
    this.#room.open();
    this.#settleHandshake?.(new Error(errorTexts.handshakeUnexpected));
    if (wasOpen) this.#events.onClosed(this.#reason ?? '');
  }
}
