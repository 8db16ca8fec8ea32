import { Deadline } from '../connections/deadline.ts';
import type { MemoryBudget } from '../connections/memory-budget.ts';

/** How long a message may take to arrive if it needs more than its connection's share, in ms. */
export const LARGE_MESSAGE_TIMEOUT = 30_000;
/** The number of bytes of control frames that are tolerated in one period. */
const MAXIMUM_CONTROL_BYTES = 65_536;
const CONTROL_PERIOD = 30_000;

/** The limits of messages that have arrived in part. All connections of a hub share them. */
export interface ReceiveLimits {
  /** The number of bytes that each connection may hold without a time limit. */
  readonly share: number;
  /** The bytes above this share, for all connections together. */
  readonly budget: MemoryBudget;
}

/** A receiver of messages, which closes its connection if the client exceeds a limit. */
export interface LimitedReceiver {
  refuseMessage(): void;
}

/**
 * Limits what a client makes the server hold with a message that it does not finish. Each
 * connection has a share. Above it, memory comes from a common budget and must be given back in
 * time.
 */
export class UnfinishedMessage {
  readonly #limits: ReceiveLimits;
  readonly #receiver: LimitedReceiver;
  /** The bytes since the last complete message. */
  #bytes = 0;
  #borrowed = 0;
  #isComplete = false;
  #deadline: Deadline | undefined;
  #controlBytes = 0;
  #controlPeriodEnd = 0;

  constructor(limits: ReceiveLimits, receiver: LimitedReceiver) {
    this.#limits = limits;
    this.#receiver = receiver;
  }

  /** Reports that a message is complete. */
  complete(): void {
    this.#isComplete = true;
  }

  /** Reports a chunk, after its complete messages were reported. */
  addChunk(length: number): void {
    if (this.#isComplete) {
      this.#isComplete = false;
      this.reset();
      return;
    }
    this.#bytes += length;
    const missing = this.#bytes - this.#limits.share - this.#borrowed;
    if (missing <= 0) return;
    if (!this.#limits.budget.tryTake(missing)) {
      this.#receiver.refuseMessage();
      return;
    }
    this.#borrowed += missing;
    this.#deadline ??= new Deadline(() => this.#receiver.refuseMessage(), LARGE_MESSAGE_TIMEOUT);
  }

  /** Reports a control frame. It is not part of a message, unless the client sends very many. */
  addControlFrame(length: number): void {
    const now = performance.now();
    if (now >= this.#controlPeriodEnd) {
      this.#controlPeriodEnd = now + CONTROL_PERIOD;
      this.#controlBytes = 0;
    }
    this.#controlBytes += length;
    if (this.#controlBytes <= MAXIMUM_CONTROL_BYTES) this.#bytes -= length;
  }

  /** Gives the memory back, because the message is complete or the connection has closed. */
  reset(): void {
    this.#bytes = 0;
    if (this.#borrowed === 0) return;
    this.#limits.budget.release(this.#borrowed);
    this.#borrowed = 0;
    this.#deadline?.stop();
    this.#deadline = undefined;
  }
}
