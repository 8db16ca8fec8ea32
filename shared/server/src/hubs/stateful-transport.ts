import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { ConnectionContext } from '../connections/connection-context.ts';
import type { SharedPayload } from '../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../connections/transport.ts';
import { errorTexts } from '../error-texts.ts';
import type { HubOptions } from './hub-options.ts';
import { isCounted, MessageBuffer } from './message-buffer.ts';

/** The connection above the transport. */
export interface StatefulConnection extends TransportEvents {
  /** The client is back on a new transport, without a handshake; what the old one has begun to bring never ends. */
  onReconnected(): void;
}

/**
 * A transport that can be replaced under its connection: stateful reconnect. It stands between the two only where negotiation has
 * agreed on it, and does nothing until the handshake has agreed too.
 */
export class StatefulTransport implements Transport, TransportEvents {
  readonly #connection: StatefulConnection;
  readonly #context: ConnectionContext;
  readonly #options: HubOptions;
  #transport: Transport;
  #buffer: MessageBuffer | undefined;
  /** Ends the connection when its client does not come back in time. */
  #away: NodeJS.Timeout | undefined;
  #paused = false;
  #closing = false;

  constructor(
    connection: StatefulConnection,
    context: ConnectionContext,
    transport: Transport,
    options: HubOptions,
  ) {
    this.#connection = connection;
    this.#context = context;
    this.#transport = transport;
    this.#options = options;
  }

  get name() {
    return this.#transport.name;
  }

  /** The handshake is done: from now on what is sent is kept until the client has it. */
  start(protocol: HubProtocol): void {
    const buffer = new MessageBuffer(this.#options.statefulReconnectBufferSize);
    this.#buffer = buffer;
    this.#context.reconnect = (transport) => {
      clearTimeout(this.#away);
      this.#away = undefined;
      this.#transport = transport;
      if (this.#paused) transport.pause();
      buffer.resend(transport, protocol);
      this.#connection.onReconnected();
      return this;
    };
  }

  send(payload: string | Uint8Array): void {
    this.#keep(payload);
    this.#transport.send(payload);
  }

  sendShared(payload: SharedPayload): void {
    this.#keep(payload);
    this.#transport.sendShared(payload);
  }

  /** Sends what means nothing later: a ping, a Close, an Ack. */
  sendUncounted(payload: string | Uint8Array): void {
    this.#transport.send(payload);
  }

  whenRoom(): Promise<void> | undefined {
    return this.#transport.whenRoom() ?? this.#buffer?.whenRoom();
  }

  close(): void {
    this.#end();
    this.#transport.close();
    this.#gone();
  }

  abort(): void {
    this.#end();
    this.#transport.abort();
    this.#gone();
  }

  pause(): void {
    this.#paused = true;
    this.#transport.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#transport.resume();
  }

  onReceive(piece: string | Uint8Array): void {
    this.#connection.onReceive(piece);
  }

  onClose(lost?: boolean): void {
    if (lost === true && this.#buffer !== undefined && !this.#closing) {
      this.#away = setTimeout(() => this.abort(), this.#options.disconnectTimeout);
    } else {
      this.#end();
      this.#connection.onClose();
    }
  }

  /** Whether the connection has to look at a message: not at one that came before, nor at what only we understand. */
  isForConnection(message: HubMessage): boolean {
    if (this.#buffer?.isNew(message) === false) return false;
    if (message.type === MessageType.Ack) this.#buffer?.ack(message.sequenceId);
    return (
      isCounted(message) || message.type === MessageType.Ping || message.type === MessageType.Close
    );
  }

  /** Acknowledges what has come. False while the client is away: its silence does not count. Called by the hub's heartbeat. */
  beat(now: number, protocol: HubProtocol): boolean {
    if (this.#buffer === undefined) return true;
    if (this.#away !== undefined) return false;
    const sequenceId = this.#buffer.dueAck(now);
    if (sequenceId !== undefined)
      this.sendUncounted(protocol.writeMessage({ type: MessageType.Ack, sequenceId }));
    if (this.#buffer.fullFor(now) > this.#options.sendTimeout) this.#tooSlow();
    return !this.#closing;
  }

  #keep(payload: string | Uint8Array | SharedPayload): void {
    if (!this.#closing && this.#buffer?.add(payload) === false) this.#tooSlow();
  }

  /** The client acknowledges nothing. */
  #tooSlow(): void {
    this.#options.logger.warn(errorTexts.receiverTooSlow(this.#context.connectionId));
    this.abort();
  }

  #end(): void {
    this.#closing = true;
    this.#context.reconnect = undefined;
    this.#buffer?.end();
  }

  /** There is no transport that could tell the connection of its end. */
  #gone(): void {
    if (this.#away === undefined) return;
    clearTimeout(this.#away);
    this.#away = undefined;
    this.#connection.onClose();
  }
}
