import type { WebSocket } from 'ws';
import {
  FrameReader,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType,
  ServiceMessageWriter,
} from '@practical-signalr/azure/service-protocol';
import type { ClientServer, EmulatedClient } from '../clients/emulated-client.ts';
import { errorTexts } from '../error-texts.ts';

/** What a server connection tells its hub. */
export interface ServerConnectionEvents {
  onOpen(): void;
  onMessage(message: ServiceMessage): void;
  /** `wasOpen`: its handshake was done. */
  onClosed(wasOpen: boolean): void;
}

/** Time for the handshake and silence after which a server counts as dead, in ms. */
const HANDSHAKE_TIMEOUT = 15_000;
const SERVER_TIMEOUT = 30_000;
/** Bytes for a server that may wait before its clients are held back, and before it is given up. */
const HIGH_WATER_MARK = 1024 * 1024;
const MAXIMUM_BUFFER = 64 * 1024 * 1024;
/** Bytes of a WebSocket message: all that clients send in one turn may be more than a server takes in one piece. */
const MAXIMUM_WRITE = 1024 * 1024;

/** One app server's connection, seen from the service. What is sent in one turn leaves in one write. */
export class ServerConnection implements ClientServer {
  readonly serverId: string;
  /** Given by the server in its URL. */
  readonly id: string;
  readonly clients = new Set<EmulatedClient>();
  readonly connectedAt = Date.now();
  migrationLevel = 0;
  /** Takes no new clients: it has said goodbye. */
  isLeaving = false;
  readonly #webSocket: WebSocket;
  readonly #events: ServerConnectionEvents;
  readonly #writer = new ServiceMessageWriter();
  readonly #frames = new FrameReader();
  readonly #pings: NodeJS.Timeout;
  readonly #handshakeTimer: NodeJS.Timeout;
  #isOpen = false;
  /** Nothing that still comes counts. */
  #isEnding = false;
  #flushes = false;
  /** Clients that are not read from while this server does not take what waits for it. */
  readonly #held = new Set<EmulatedClient>();
  #heardAt = Date.now();

  constructor(
    webSocket: WebSocket,
    serverId: string,
    id: string,
    pingInterval: number,
    events: ServerConnectionEvents,
  ) {
    this.#webSocket = webSocket;
    this.serverId = serverId;
    this.id = id;
    this.#events = events;
    this.#handshakeTimer = setTimeout(() => this.close(), HANDSHAKE_TIMEOUT);
    this.#pings = setInterval(() => this.#ping(), pingInterval);
    webSocket.on('message', (data: Buffer) => this.#receive(data));
    webSocket.on('error', () => undefined); // a 'close' follows
    webSocket.on('close', () => this.#closed());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether its clients should not be read from for now. */
  get isFull(): boolean {
    return this.#waiting > HIGH_WATER_MARK;
  }

  send(message: ServiceMessage): void {
    this.#writer.write(message);
    if (this.#waiting > MAXIMUM_BUFFER) return this.drop();
    if (this.#flushes) return;
    this.#flushes = true;
    setImmediate(() => this.#flush());
  }

  /** Reads no more from a client until this server has taken what waits for it. */
  hold(client: EmulatedClient): void {
    this.#held.add(client);
    client.transport.pause();
  }

  /** The client is another server's from now on, or nobody's. */
  forget(client: EmulatedClient): void {
    this.clients.delete(client);
    if (this.#held.delete(client)) client.transport.resume();
  }

  /** Ends the connection as a service that goes away does. */
  close(): void {
    this.#isEnding = true;
    this.#flush();
    this.#webSocket.close(1000);
  }

  /** Cuts the connection. */
  drop(): void {
    this.#isEnding = true;
    this.#webSocket.terminate();
  }

  readonly #onWritten = (): void => {
    if (!this.isFull) this.#resume();
  };

  #flush(): void {
    this.#flushes = false;
    if (this.#writer.length > 0 && this.#webSocket.readyState === this.#webSocket.OPEN) {
      const bytes = this.#writer.take();
      for (let at = 0; at < bytes.length; at += MAXIMUM_WRITE) {
        this.#webSocket.send(bytes.subarray(at, at + MAXIMUM_WRITE), this.#onWritten);
      }
    }
  }

  get #waiting(): number {
    return this.#writer.length + this.#webSocket.bufferedAmount;
  }

  #resume(): void {
    for (const client of this.#held) client.transport.resume();
    this.#held.clear();
  }

  #receive(data: Buffer): void {
    this.#heardAt = Date.now();
    try {
      this.#frames.read(data, (frame) => {
        const message = readServiceMessage(frame);
        if (message === undefined || this.#isEnding) return;
        if (this.#isOpen) this.#events.onMessage(message);
        else this.#shakeHands(message);
      });
    } catch {
      this.drop();
    }
  }

  #shakeHands(message: ServiceMessage): void {
    let error = '';
    if (message.type !== ServiceMessageType.HandshakeRequest) error = errorTexts.handshakeExpected;
    else if (message.version !== 1) error = errorTexts.handshakeVersion(message.version);
    this.send({
      type: ServiceMessageType.HandshakeResponse,
      errorMessage: error,
      connectionId: this.id,
    });
    if (error !== '' || message.type !== ServiceMessageType.HandshakeRequest) return this.close();
    clearTimeout(this.#handshakeTimer);
    this.migrationLevel = message.migrationLevel;
    this.#isOpen = true;
    this.#events.onOpen();
  }

  #ping(): void {
    if (Date.now() - this.#heardAt > SERVER_TIMEOUT) this.drop();
    else if (this.#isOpen) this.send({ type: ServiceMessageType.Ping, messages: [] });
  }

  #closed(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#handshakeTimer);
    this.#resume();
    this.#writer.take();
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#events.onClosed(wasOpen);
  }
}
