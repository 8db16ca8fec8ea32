import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { Deadline } from '../../connections/deadline.ts';
import type { RunningClock } from '../../connections/running-clock.ts';
import type { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport, TransportEvents } from '../../connections/transport.ts';
import { logMessages } from '../../log-messages.ts';
import type { HubOptions } from '../hub-options.ts';
import { isCounted, MessageBuffer, type MessageBufferState } from './message-buffer.ts';

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
  /** True if the client has no socket, and no event will report that it has closed. */
  #isClientAway = false;
  /** True if the server prepares to hand the connection over, so that no further call may start. */
  #defersCalls = false;
  /** True if another server may take the connection over at any time. */
  #isMoving = false;

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

  /** The messages that the client has not acknowledged. Undefined before `start`. */
  get buffer(): MessageBuffer | undefined {
    return this.#buffer;
  }

  /** Keeps all messages from now on until the client acknowledges them. */
  start(protocol: HubProtocol): void {
    this.#buffer = new MessageBuffer(this.#options.statefulReconnectBufferSize, this.#clock);
    this.#allowReconnect(protocol, this.#buffer);
  }

  /** Continues with the messages of the server that had the connection before. */
  restore(state: MessageBufferState): void {
    this.#isClientAway = true;
    const { statefulReconnectBufferSize } = this.#options;
    this.#buffer = new MessageBuffer(statefulReconnectBufferSize, this.#clock, state);
  }

  /**
   * Lets the client of a restored connection connect, for a limited time. Inserts the tail at this
   * position in the buffer.
   */
  awaitClient(
    protocol: HubProtocol,
    position: number,
    tail: readonly (string | Uint8Array)[],
  ): void {
    if (this.#buffer === undefined) return;
    this.#buffer.insert(position, tail);
    this.#startDisconnectDeadline();
    this.#allowReconnect(protocol, this.#buffer);
  }

  /**
   * Does not report further calls of the client to the connection. The client repeats them later.
   */
  deferCalls(): void {
    this.#defersCalls = true;
  }

  /**
   * Keeps all messages for the server that takes the connection over. Senders do not wait for room,
   * and the client cannot come back to this server.
   */
  beginMove(): void {
    this.#isMoving = true;
    this.#context.reconnect = undefined;
    this.#disconnectDeadline?.stop();
    this.#disconnectDeadline = undefined;
    this.#buffer?.releaseSenders();
  }

  /** Drops the socket without a Close message and without a Close frame. */
  dropSocket(): void {
    this.#isClientAway = true;
    if (this.#transport.drop === undefined) this.#transport.abandon?.();
    else this.#transport.drop();
  }

  #allowReconnect(protocol: HubProtocol, buffer: MessageBuffer): void {
    this.#context.reconnect = (transport) => {
      this.#disconnectDeadline?.stop();
      this.#disconnectDeadline = undefined;
      this.#isClientAway = false;
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
    // Each message has a sequence number of its own.
    for (const part of payload.parts ?? [payload]) this.#keep(part);
    this.#transport.sendShared(payload);
  }

  /** Sends a message that is not repeated after a reconnect: a ping, a Close or an Ack. */
  sendUncounted(payload: string | Uint8Array): void {
    this.#transport.send(payload);
  }

  whenRoom(awaitsAcks = true): Promise<void> | undefined {
    if (this.#isMoving) return undefined;
    // While reading is paused, no Ack can arrive: it follows the calls and items that wait.
    const canReceiveAcks = awaitsAcks && !this.#isPaused;
    return this.#transport.whenRoom() ?? (canReceiveAcks ? this.#buffer?.whenRoom() : undefined);
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
    // A running call that waits for an Ack would keep the server from reading it.
    this.#buffer?.releaseSenders();
  }

  resume(): void {
    this.#isPaused = false;
    this.#transport.resume();
  }

  onReceive(chunk: string | Uint8Array): void {
    this.#connection.onReceive(chunk);
  }

  onClose(isConnectionLost?: boolean, isTimedOut?: boolean): void {
    if (this.#isMoving && !this.#isClosing) {
      this.#isClientAway = true;
    } else if (isConnectionLost === true && this.#buffer !== undefined && !this.#isClosing) {
      this.#isClientAway = true;
      this.#startDisconnectDeadline();
    } else {
      this.#end();
      this.#connection.onClose(false, isTimedOut);
    }
  }

  /**
   * Returns whether the connection must handle a message. Repeated messages are dropped, and Ack
   * and Sequence messages are handled here.
   */
  isForConnection(message: HubMessage): boolean {
    if (this.#buffer?.isNew(message) === false) return false;
    if (message.type === MessageType.Ack) this.#buffer?.ack(message.sequenceId);
    if (this.#defersCalls && isCall(message)) {
      this.#buffer?.defer();
      return false;
    }
    return (
      isCounted(message) || message.type === MessageType.Ping || message.type === MessageType.Close
    );
  }

  /**
   * Acknowledges received messages if it is time. Returns false if the connection must not check
   * for silence, because the client is disconnected or the connection closes.
   */
  onHeartbeat(now: number, protocol: HubProtocol): boolean {
    if (this.#buffer === undefined) return true;
    if (this.#isClientAway) return false;
    const sequenceId = this.#buffer.takeDueAck(now);
    if (sequenceId !== undefined)
      this.sendUncounted(protocol.writeMessage({ type: MessageType.Ack, sequenceId }));
    if (this.#isPaused || this.#transport.progress !== this.#lastProgress) {
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

  #startDisconnectDeadline(): void {
    const { disconnectTimeout } = this.#options;
    this.#disconnectDeadline = new Deadline(() => this.#timeOut(), disconnectTimeout);
  }

  #timeOut(): void {
    this.#end();
    this.#transport.abort();
    this.#closeDisconnected(true);
  }

  /** Closes the connection of a disconnected client: no transport will report that it closed. */
  #closeDisconnected(isTimedOut = false): void {
    if (!this.#isClientAway) return;
    this.#isClientAway = false;
    this.#disconnectDeadline?.stop();
    this.#disconnectDeadline = undefined;
    this.#connection.onClose(true, isTimedOut);
  }
}

const isCall = ({ type }: HubMessage): boolean =>
  type === MessageType.Invocation || type === MessageType.StreamInvocation;
