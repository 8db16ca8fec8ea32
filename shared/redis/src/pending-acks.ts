import { errors } from './errors.ts';

interface PendingAck {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The acks of .NET are 32-bit signed integers. */
const MAX_ID = 0x7fffffff;

/** Group commands that wait for the ack of the server that holds the connection. Source: `AckHandler`. */
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

  /** Returns the id of a new command (1 or greater), and a promise for its ack. It rejects after the timeout. */
  create(): { readonly id: number; readonly acked: Promise<void> } {
    this.#lastId = this.#lastId === MAX_ID ? 1 : this.#lastId + 1;
    const id = this.#lastId;
    const acked = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(id, errors.ackTimeout(this.#timeout)),
        this.#timeout,
      );
      this.#pending.set(id, { resolve, reject, timer });
    });
    return { id, acked };
  }

  /** Resolves the promise of a command. Does nothing if the command no longer waits. */
  complete(id: number): void {
    this.#remove(id)?.resolve();
  }

  /** Rejects the promise of a command. Does nothing if the command no longer waits. */
  fail(id: number, error: Error): void {
    this.#remove(id)?.reject(error);
  }

  /** Rejects all commands that wait. */
  close(): void {
    for (const id of this.#pending.keys()) this.fail(id, errors.closed());
  }

  #remove(id: number): PendingAck | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }
}
