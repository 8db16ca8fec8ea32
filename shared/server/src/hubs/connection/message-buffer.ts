import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { Gate } from '../../connections/gate.ts';
import type { RunningClock } from '../../connections/running-clock.ts';
import { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport } from '../../connections/transport.ts';
import { errors } from '../../errors.ts';

type Payload = string | Uint8Array | SharedPayload;

/** The content of a {@link MessageBuffer}, with which another server can continue. */
export interface MessageBufferState {
  /** The sequence number of the first message. */
  readonly firstId: number;
  /** The messages that the client has not acknowledged. */
  readonly messages: readonly (string | Uint8Array)[];
  /** The sequence number of the client's last message that was handled. */
  readonly receivedId: number;
  /** The highest sequence number that has been acknowledged to the client. */
  readonly acknowledgedId: number;
}

/**
 * The maximum size of the buffer in bytes, or twice its limit if that is more. Applications that do
 * not wait for their sends can fill the buffer beyond its limit.
 */
export const MAXIMUM_UNACKNOWLEDGED = 16 * 1024 * 1024;
/** The time in ms between the arrival of a message and its acknowledgement. */
const ACK_DELAY = 1000;

/**
 * Returns whether a message has a sequence number and is sent again after a reconnect. Pings,
 * Close, Ack and Sequence are not.
 */
export const isCounted = (message: HubMessage): boolean =>
  message.type <= MessageType.CancelInvocation;

/**
 * The messages of a connection that may outlive its transport. Keeps sent messages until the client
 * acknowledges them, and recognizes messages that the client repeats. Source: `MessageBuffer` of
 * ASP.NET Core; HubProtocol.md, "Ack" and "Sequence".
 */
export class MessageBuffer {
  readonly #limit: number;
  readonly #clock: RunningClock;
  #messages: Payload[] = [];
  /** The sequence number of the first message in the buffer. */
  #firstId = 1;
  #bytes = 0;
  /** The size of the largest message since the buffer had room. */
  #largestMessage = 0;
  readonly #room = new Gate();
  #fullSince: number | undefined;
  /** The sequence number of the client's next message. */
  #expectedId = 1;
  /** The highest sequence number that has arrived. */
  #receivedId = Number.NEGATIVE_INFINITY;
  /** The highest sequence number that has been acknowledged. */
  #acknowledgedId = 0;
  /** When the next acknowledgement is due, in ms on the clock. */
  #ackDueAt: number | undefined;
  /** After a reconnect, messages before the client's Sequence message are ignored. */
  #awaitsSequence = false;
  /** The sequence number of the client's first call that was not run. */
  #firstDeferredId: number | undefined;

  /**
   * `limit` is in bytes. While the buffer holds more, senders wait. `state` is the state of the
   * server that had the connection before.
   */
  constructor(limit: number, clock: RunningClock, state?: MessageBufferState) {
    this.#limit = limit;
    this.#clock = clock;
    if (state === undefined) return;
    this.#firstId = state.firstId;
    this.#receivedId = state.receivedId;
    this.#expectedId = state.receivedId + 1;
    this.#acknowledgedId = state.acknowledgedId;
    this.insert(0, state.messages);
    if (state.receivedId > state.acknowledgedId) this.#ackDueAt = clock.now() + ACK_DELAY;
  }

  /** The number of messages that the client has not acknowledged. */
  get length(): number {
    return this.#messages.length;
  }

  /**
   * Adds a sent message. Returns false if the buffer exceeds its maximum size. One large message
   * does not count as a backlog, however large it is.
   */
  add(payload: Payload): boolean {
    const length = byteLength(payload);
    this.#messages.push(payload);
    this.#bytes += length;
    this.#largestMessage = Math.max(this.#largestMessage, length);
    return this.#bytes <= Math.max(MAXIMUM_UNACKNOWLEDGED, 2 * this.#limit) + this.#largestMessage;
  }

  /**
   * Returns undefined if the buffer has room. Otherwise, returns a promise that resolves when the
   * client has acknowledged enough messages or the connection has ended.
   */
  whenRoom(): Promise<void> | undefined {
    return this.#bytes <= this.#limit ? undefined : this.#room.wait();
  }

  /**
   * Returns how long the buffer has exceeded its limit, in ms. A reconnect starts again from 0.
   * Measures from the first call that finds the buffer full, so call it regularly.
   */
  fullFor(now: number): number {
    if (this.#bytes <= this.#limit) this.#fullSince = undefined;
    else this.#fullSince ??= now;
    return now - (this.#fullSince ?? now);
  }

  /** Removes the messages up to this sequence number, because the client has received them. */
  ack(sequenceId: number): void {
    const count = Math.min(sequenceId - this.#firstId + 1, this.#messages.length);
    if (count <= 0) return;
    for (let i = 0; i < count; i++) this.#bytes -= byteLength(this.#messages[i] as Payload);
    this.#messages.splice(0, count);
    this.#firstId += count;
    this.#fullSince = undefined;
    if (this.#bytes > this.#limit) return;
    this.#largestMessage = 0;
    this.#room.open();
  }

  /** Measures `fullFor` from 0 again, because the client reads. */
  reportProgress(): void {
    this.#fullSince = undefined;
  }

  /**
   * Returns whether a message is new. After a reconnect, the client repeats the messages that the
   * server has not acknowledged.
   */
  isNew(message: HubMessage): boolean {
    if (message.type === MessageType.Sequence) {
      if (message.sequenceId > this.#expectedId) throw errors.sequenceInvalid();
      this.#expectedId = message.sequenceId;
      this.#awaitsSequence = false;
    }
    if (this.#awaitsSequence) return false;
    if (!isCounted(message)) return true;
    const id = this.#expectedId;
    this.#expectedId++;
    if (id <= this.#receivedId) return false;
    this.#receivedId = id;
    this.#ackDueAt ??= this.#clock.now() + ACK_DELAY;
    return true;
  }

  /** Returns the sequence number to acknowledge, or undefined if no acknowledgement is due. */
  takeDueAck(now: number): number | undefined {
    if (this.#ackDueAt === undefined || now < this.#ackDueAt) return undefined;
    this.#ackDueAt = undefined;
    if (this.#receivedId === this.#acknowledgedId) return undefined;
    this.#acknowledgedId = this.#receivedId;
    return this.#receivedId;
  }

  /**
   * Records that a call which `isNew` has reported was not run. The client repeats it, and
   * everything after it, to the server that continues with the state.
   */
  defer(): void {
    this.#firstDeferredId ??= this.#receivedId;
  }

  /** Returns the state with which another server can continue. */
  state(): MessageBufferState {
    return {
      firstId: this.#firstId,
      messages: this.messagesFrom(0),
      receivedId: (this.#firstDeferredId ?? this.#receivedId + 1) - 1,
      acknowledgedId: this.#acknowledgedId,
    };
  }

  /** Returns the messages at this position in the buffer and after it. */
  messagesFrom(position: number): (string | Uint8Array)[] {
    return this.#messages
      .slice(position)
      .map((payload) => (payload instanceof SharedPayload ? payload.payload : payload));
  }

  /** Inserts messages at this position in the buffer. No client may be connected. */
  insert(position: number, messages: readonly (string | Uint8Array)[]): void {
    this.#messages.splice(position, 0, ...messages);
    for (const message of messages) this.#bytes += byteLength(message);
  }

  /** Lets the senders continue that wait for room. */
  releaseSenders(): void {
    this.#room.open();
  }

  /**
   * Continues on a new transport: sends the sequence number at which the server continues, then the
   * messages that the client has not acknowledged.
   */
  resend(transport: Transport, protocol: HubProtocol): void {
    this.#awaitsSequence = true;
    this.#fullSince = undefined;
    transport.send(
      protocol.writeMessage({ type: MessageType.Sequence, sequenceId: this.#firstId }),
    );
    for (const payload of this.#messages) {
      if (payload instanceof SharedPayload) transport.sendShared(payload);
      else transport.send(payload);
    }
  }

  /** Drops all messages, because the client will not reconnect. */
  end(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#room.open();
  }
}

function byteLength(payload: Payload): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload.byteLength;
}
