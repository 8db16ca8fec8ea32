import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { Deadline } from '../../connections/deadline.ts';
import type { RunningClock } from '../../connections/running-clock.ts';
import type { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../../connections/transport.ts';
import { logMessages } from '../../log-messages.ts';
import type { HubOptions } from '../hub-options.ts';
import { isCounted, MessageBuffer } from './message-buffer.ts';

/** The connection that uses a {@link StatefulTransport}. */
export interface StatefulConnection extends TransportEvents {
  /**
   * The client is back on a new transport, without a handshake. A partly received message from the
   * old transport will never be completed, so the connection must discard it.
   */
  onReconnected(): void;
}

/**
 * A transport that is replaced when the client reconnects (stateful reconnect). It is used only if
 * client and server agreed on stateful reconnect during negotiation. Until the handshake confirms
 * this, it only passes data through.
 * Source: `HttpConnectionContext` and `MessageBuffer` of ASP.NET Core.
 */
export class StatefulTransport implements Transport, TransportEvents {
  readonly #connection: StatefulConnection;
  readonly #context: ConnectionContext;
  readonly #options: HubOptions;
  readonly #clock: RunningClock;
  #transport: Transport;
  #buffer: MessageBuffer | undefined;
  /** Runs while the client is disconnected, and ends the connection if it stays away too long. */
  #disconnectDeadline: Deadline | undefined;
  #lastProgress: number | undefined;
  #isPaused = false;
  #isClosing = false;

  constructor(
    connection: StatefulConnection,
    context: ConnectionContext,
    transport: Transport,
    options: HubOptions,
    clock: RunningClock,
  ) {
    this.#connection = connection;
    this.#context = context;
    this.#transport = transport;
    this.#options = options;
    this.#clock = clock;
  }

  get name() {
    return this.#transport.name;
  }

  /** Keeps all messages from now on until the client acknowledges them. */
  start(protocol: HubProtocol): void {
    const buffer = new MessageBuffer(this.#options.statefulReconnectBufferSize, this.#clock);
    this.#buffer = buffer;
    this.#context.reconnect = (transport) => {
      this.#disconnectDeadline?.stop();
      this.#disconnectDeadline = undefined;
      this.#transport = transport;
      if (this.#isPaused) transport.pause();
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

  /** Sends a message that is not repeated after a reconnect: a ping, a Close or an Ack. */
  sendUncounted(payload: string | Uint8Array): void {
    this.#transport.send(payload);
  }

  whenRoom(): Promise<void> | undefined {
    return this.#transport.whenRoom() ?? this.#buffer?.whenRoom();
  }

  close(): void {
    this.#end();
    this.#transport.close();
    this.#closeDisconnected();
  }

  abort(): void {
    this.#end();
    this.#transport.abort();
    this.#closeDisconnected();
  }

  pause(): void {
    this.#isPaused = true;
    this.#transport.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#transport.resume();
  }

  onReceive(chunk: string | Uint8Array): void {
    this.#connection.onReceive(chunk);
  }

  onClose(isConnectionLost?: boolean): void {
    if (isConnectionLost === true && this.#buffer !== undefined && !this.#isClosing) {
      this.#disconnectDeadline = new Deadline(() => this.abort(), this.#options.disconnectTimeout);
    } else {
      this.#end();
      this.#connection.onClose();
    }
  }

  /**
   * Returns whether the connection must handle a message. Repeated messages are dropped, and Ack and
   * Sequence messages are handled here.
   */
  isForConnection(message: HubMessage): boolean {
    if (this.#buffer?.isNew(message) === false) return false;
    if (message.type === MessageType.Ack) this.#buffer?.ack(message.sequenceId);
    return (
      isCounted(message) || message.type === MessageType.Ping || message.type === MessageType.Close
    );
  }

  /**
   * Acknowledges received messages if it is time. Returns false if the connection must not check for
   * silence, because the client is disconnected or the connection closes.
   */
  onHeartbeat(now: number, protocol: HubProtocol): boolean {
    if (this.#buffer === undefined) return true;
    if (this.#disconnectDeadline !== undefined) return false;
    const sequenceId = this.#buffer.takeDueAck(now);
    if (sequenceId !== undefined)
      this.sendUncounted(protocol.writeMessage({ type: MessageType.Ack, sequenceId }));
    if (this.#transport.progress !== this.#lastProgress) {
      this.#lastProgress = this.#transport.progress;
      this.#buffer.reportProgress();
    }
    if (this.#buffer.fullFor(now) > this.#options.sendTimeout) this.#abortSlowClient();
    return !this.#isClosing;
  }

  #keep(payload: string | Uint8Array | SharedPayload): void {
    if (!this.#isClosing && this.#buffer?.add(payload) === false) this.#abortSlowClient();
  }

  /** Closes the connection of a client that does not acknowledge messages. */
  #abortSlowClient(): void {
    this.#options.logger.warn(logMessages.receiverTooSlow(this.#context.connectionId));
    this.abort();
  }

  #end(): void {
    this.#isClosing = true;
    this.#context.reconnect = undefined;
    this.#buffer?.end();
  }

  /** Closes the connection of a disconnected client: no transport will report that it closed. */
  #closeDisconnected(): void {
    if (this.#disconnectDeadline === undefined) return;
    this.#disconnectDeadline?.stop();
    this.#disconnectDeadline = undefined;
    this.#connection.onClose();
  }
}
