import { Deadline } from '@practical-signalr/server/scale-out';
import { errors } from './errors.ts';

interface PendingAck {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly deadline: Deadline;
  /** The number of acks that have arrived. */
  count: number;
  /** The number of acks that complete the command, or undefined if it is not known yet. */
  expected: number | undefined;
}

/** A command that waits for acks. */
export interface AckedCommand {
  /** 1 or greater. */
  readonly id: number;
  /** Resolves with the acknowledgement of the other server. Rejects after the timeout. */
  readonly acked: Promise<void>;
}

/** The acks of .NET are 32-bit signed integers. */
const MAX_ID = 0x7fffffff;

/** Commands that wait for the acks of other servers. Source: `AckHandler`. */
export class PendingAcks {
  readonly #pending = new Map<number, PendingAck>();
  readonly #timeout: number;
  #lastId = 0;

  /** `timeout` is in ms. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Creates a command that one ack completes. */
  create(): AckedCommand {
    return this.#create(1, () => errors.ackTimeout(this.#timeout));
  }

  /**
   * Creates a command that several acks complete. Call {@link PendingAcks.expect} when their number
   * is known. `createError` returns the error of the timeout for the number of acks that have
   * arrived.
   */
  createForMany(createError: (count: number) => Error): AckedCommand {
    return this.#create(undefined, createError);
  }

  /** Sets the number of acks that complete a command. Some may have arrived already. */
  expect(id: number, count: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.expected = count;
    if (pending.count >= count) this.#remove(id)?.resolve();
  }

  /** Counts an ack. Does nothing if the command no longer waits. */
  complete(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.count++;
    if (pending.expected !== undefined) this.expect(id, pending.expected);
  }

  /** Rejects the promise of a command. Does nothing if the command no longer waits. */
  fail(id: number, error: Error): void {
    this.#remove(id)?.reject(error);
  }

  /** Rejects all commands that wait. */
  close(): void {
    for (const id of this.#pending.keys()) this.fail(id, errors.closed());
  }

  #create(expected: number | undefined, createError: (count: number) => Error): AckedCommand {
    this.#lastId = (this.#lastId % MAX_ID) + 1;
    const id = this.#lastId;
    const acked = new Promise<void>((resolve, reject) => {
      const deadline = new Deadline(() => {
        this.fail(id, createError(this.#pending.get(id)?.count ?? 0));
      }, this.#timeout);
      this.#pending.set(id, { resolve, reject, deadline, count: 0, expected });
    });
    return { id, acked };
  }

  #remove(id: number): PendingAck | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.deadline.stop();
    return pending;
  }
}
