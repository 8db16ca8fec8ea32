import type { WebSocket } from 'ws';
import {
  FrameReader,
  readServiceMessage,
  type ServiceMessage,
  ServiceMessageType,
  ServiceMessageWriter,
} from '@practical-signalr/azure/service-protocol';
import { RunningClock } from '@practical-signalr/server/transports';
import type { ClientServer, EmulatedClient } from '../clients/emulated-client.ts';
import { wireMessages } from '../wire-messages.ts';

/** The events of a server connection. */
export interface ServerConnectionEvents {
  onOpen(): void;
  onMessage(message: ServiceMessage): void;
  /** Called when the connection is closed. `wasOpen` is true if its handshake was done. */
  onClosed(wasOpen: boolean): void;
}

/** The maximum time for the handshake, in ms. */
const HANDSHAKE_TIMEOUT = 15_000;
/** A server that sends nothing for this time, in ms, is disconnected. */
const SERVER_TIMEOUT = 30_000;
/** The number of bytes buffered for a server at which its clients are paused. */
const HIGH_WATER_MARK = 1024 * 1024;
/** The number of bytes buffered for a server at which it is disconnected. */
const MAXIMUM_BUFFER = 64 * 1024 * 1024;
/**
 * The maximum size of a WebSocket message, in bytes. Longer data is split, because servers may
 * refuse it.
 */
const MAXIMUM_WRITE = 1024 * 1024;

/**
 * A connection of an app server. Everything that is sent in one turn of the event loop is written
 * at once.
 */
export class ServerConnection implements ClientServer {
  readonly serverId: string;
  /** The id that the server has chosen in the URL. */
  readonly id: string;
  readonly clients = new Set<EmulatedClient>();
  readonly connectedAt = Date.now();
  migrationLevel = 0;
  /** True after the server has announced its shutdown. It receives no new clients. */
  isLeaving = false;
  readonly #webSocket: WebSocket;
  readonly #events: ServerConnectionEvents;
  readonly #writer = new ServiceMessageWriter();
  readonly #frames = new FrameReader();
  readonly #pings: NodeJS.Timeout;
  readonly #handshakeTimer: NodeJS.Timeout;
  #isOpen = false;
  /** True after the service has closed the connection. Messages that still arrive are ignored. */
  #isClosing = false;
  #isFlushScheduled = false;
  /** Clients whose reading is paused until this server has read its buffered data. */
  readonly #pausedClients = new Set<EmulatedClient>();
  /** Does not count the time in which the process slept as silence of the server. */
  readonly #clock: RunningClock;
  #lastReceivedAt: number;

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
    this.#clock = new RunningClock(pingInterval);
    this.#lastReceivedAt = this.#clock.now();
    this.#pings = setInterval(() => this.#ping(), pingInterval);
    webSocket.on('message', (data: Buffer) => this.#receive(data));
    webSocket.on('error', () => undefined); // 'close' follows.
    webSocket.on('close', () => this.#handleClose());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True while too much data is buffered for this server. */
  get isFull(): boolean {
    return this.#bufferedBytes > HIGH_WATER_MARK;
  }

  send(message: ServiceMessage): void {
    this.#writer.write(message);
    if (this.#bufferedBytes > MAXIMUM_BUFFER) return this.drop();
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(() => this.#flush());
  }

  /** Pauses a client until this server has read its buffered data. */
  hold(client: EmulatedClient): void {
    this.#pausedClients.add(client);
    client.transport.pause();
  }

  /** Removes a client that disconnected or moves to another server. */
  forget(client: EmulatedClient): void {
    this.clients.delete(client);
    if (this.#pausedClients.delete(client)) client.transport.resume();
  }

  /** Closes the connection after buffered messages, as a service that shuts down does. */
  close(): void {
    this.#isClosing = true;
    this.#flush();
    this.#webSocket.close(1000);
  }

  /** Drops the connection immediately. */
  drop(): void {
    this.#isClosing = true;
    this.#webSocket.terminate();
  }

  readonly #onWritten = (): void => {
    if (!this.isFull) this.#resume();
  };

  #flush(): void {
    this.#isFlushScheduled = false;
    if (this.#writer.length > 0 && this.#webSocket.readyState === this.#webSocket.OPEN) {
      const bytes = this.#writer.take();
      for (let at = 0; at < bytes.length; at += MAXIMUM_WRITE) {
        this.#webSocket.send(bytes.subarray(at, at + MAXIMUM_WRITE), this.#onWritten);
      }
    }
  }

  get #bufferedBytes(): number {
    return this.#writer.length + this.#webSocket.bufferedAmount;
  }

  #resume(): void {
    for (const client of this.#pausedClients) client.transport.resume();
    this.#pausedClients.clear();
  }

  #receive(data: Buffer): void {
    this.#lastReceivedAt = this.#clock.now();
    try {
      this.#frames.read(data, (frame) => {
        const message = readServiceMessage(frame);
        if (message === undefined || this.#isClosing) return;
        if (this.#isOpen) this.#events.onMessage(message);
        else this.#completeHandshake(message);
      });
    } catch {
      this.drop();
    }
  }

  #completeHandshake(message: ServiceMessage): void {
    const error = describeHandshakeError(message);
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
    if (this.#clock.tick() - this.#lastReceivedAt > SERVER_TIMEOUT) this.drop();
    else if (this.#isOpen) this.send({ type: ServiceMessageType.Ping, messages: [] });
  }

  #handleClose(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#handshakeTimer);
    this.#resume();
    this.#writer.take();
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#events.onClosed(wasOpen);
  }
}

/** Returns why a handshake is refused; '' if it is accepted. */
function describeHandshakeError(message: ServiceMessage): string {
  if (message.type !== ServiceMessageType.HandshakeRequest) return wireMessages.handshakeExpected;
  return message.version === 1 ? '' : wireMessages.handshakeVersion(message.version);
}
