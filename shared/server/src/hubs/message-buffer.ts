import { type HubMessage, type HubProtocol, MessageType } from '@practical-signalr/protocol';
import { SharedPayload } from '../connections/shared-payload.ts';
import type { Transport } from '../connections/transport.ts';
import { errorTexts } from '../error-texts.ts';

type Payload = string | Uint8Array | SharedPayload;

/** Bytes that may wait at all, where the application does not wait for its sends. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;
/** Time in ms after which what has arrived is acknowledged. */
const ACK_DELAY = 1000;

/** Messages that count and can come again; pings, Close, Ack and Sequence do not. */
export const isCounted = (message: HubMessage): boolean =>
  message.type <= MessageType.CancelInvocation;

/**
 * What makes a connection outlive its transport: keeps what the client has not acknowledged, and knows what has come from it.
 * Source: `MessageBuffer` of ASP.NET Core; HubProtocol.md, "Ack" and "Sequence".
 */
export class MessageBuffer {
  readonly #limit: number;
  #messages: Payload[] = [];
  /** Number of the first message that is kept. */
  #first = 1;
  #bytes = 0;
  #room: Promise<void> | undefined;
  #giveRoom: (() => void) | undefined;
  #fullSince: number | undefined;
  #expected = 1;
  #received = 0;
  #acknowledged = 0;
  #ackDue: number | undefined;
  #awaitsSequence = false;

  /** `limit` is in bytes: while more is kept, senders wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a message; false where that is more than any client may cost. */
  add(payload: Payload): boolean {
    this.#messages.push(payload);
    this.#bytes += byteLength(payload);
    return this.#bytes <= Math.max(MAXIMUM_BYTES, 2 * this.#limit);
  }

  /** Undefined when more may be sent at once; else a promise that resolves when the client has acknowledged enough, or is gone. */
  whenRoom(): Promise<void> | undefined {
    if (this.#bytes <= this.#limit) return undefined;
    this.#room ??= new Promise((resolve) => (this.#giveRoom = resolve));
    return this.#room;
  }

  /** The time in ms that the buffer has been too full, since the client came back. To be asked now and then. */
  fullFor(now: number): number {
    if (this.#bytes <= this.#limit) this.#fullSince = undefined;
    else this.#fullSince ??= now;
    return now - (this.#fullSince ?? now);
  }

  /** The client has everything up to this number. */
  ack(sequenceId: number): void {
    const count = Math.min(sequenceId - this.#first + 1, this.#messages.length);
    if (count <= 0) return;
    for (let i = 0; i < count; i++) this.#bytes -= byteLength(this.#messages[i] as Payload);
    this.#messages.splice(0, count);
    this.#first += count;
    this.#fullSince = undefined;
    if (this.#bytes <= this.#limit) this.#release();
  }

  /** Whether a message is new: after a reconnect the client repeats what we have not acknowledged. */
  isNew(message: HubMessage): boolean {
    if (message.type === MessageType.Sequence) {
      if (message.sequenceId > this.#expected) throw new Error(errorTexts.sequenceTooHigh);
      this.#expected = message.sequenceId;
      this.#awaitsSequence = false;
    }
    if (this.#awaitsSequence) return false;
    if (!isCounted(message)) return true;
    const id = this.#expected++;
    if (id <= this.#received) return false;
    this.#received = id;
    this.#ackDue ??= Date.now() + ACK_DELAY;
    return true;
  }

  /** The number to acknowledge, when it is time to. */
  dueAck(now: number): number | undefined {
    if (this.#ackDue === undefined || now < this.#ackDue) return undefined;
    this.#ackDue = undefined;
    if (this.#received === this.#acknowledged) return undefined;
    this.#acknowledged = this.#received;
    return this.#received;
  }

  /** The client is back: tells it where we go on, and sends again what it may not have. */
  resend(transport: Transport, protocol: HubProtocol): void {
    this.#awaitsSequence = true;
    this.#fullSince = undefined;
    transport.send(protocol.writeMessage({ type: MessageType.Sequence, sequenceId: this.#first }));
    for (const payload of this.#messages) {
      if (payload instanceof SharedPayload) transport.sendShared(payload);
      else transport.send(payload);
    }
  }

  /** Nobody comes back any more. */
  end(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#release();
  }

  #release(): void {
    this.#room = undefined;
    this.#giveRoom?.();
    this.#giveRoom = undefined;
  }
}

function byteLength(payload: Payload): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload.byteLength;
}
