import { errorTexts } from './error-texts.ts';

interface PendingAck {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Group commands that wait for the server that holds the connection. Source: `AckHandler`. */
export class PendingAcks {
  readonly #pending = new Map<number, PendingAck>();
  readonly #timeout: number;
  #lastId = 0;

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** A new command's id, from 1 on, and a promise for its ack. Rejects with a cause when none comes in time. */
  create(): { readonly id: number; readonly acked: Promise<void> } {
    this.#lastId = this.#lastId === 0x7fffffff ? 1 : this.#lastId + 1;
    const id = this.#lastId;
    const acked = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(id, new Error(errorTexts.noAck(this.#timeout))),
        this.#timeout,
      );
      this.#pending.set(id, { resolve, reject, timer });
    });
    return { id, acked };
  }

  complete(id: number): void {
    this.#take(id)?.resolve();
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  close(): void {
    for (const id of this.#pending.keys()) this.fail(id, new Error(errorTexts.closed));
  }

  #take(id: number): PendingAck | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }
}
