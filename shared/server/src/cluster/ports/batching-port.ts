import type { WorkerPort } from '../../scale-out/scale-out-hub.ts';

/** One side of a port. It sends the messages of one turn of the event loop as one IPC message. */
export class BatchingPort implements WorkerPort {
  readonly #sendBatch: (messages: readonly unknown[]) => void;
  #listener: (message: unknown) => void = () => undefined;
  #messages: unknown[] = [];

  constructor(sendBatch: (messages: readonly unknown[]) => void) {
    this.#sendBatch = sendBatch;
  }

  send(message: unknown): void {
    if (this.#messages.length === 0) setImmediate(() => this.#flush());
    this.#messages.push(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listener = listener;
  }

  /** Handles the messages of the other side. */
  receive(messages: readonly unknown[]): void {
    for (const message of messages) this.#listener(message);
  }

  #flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    this.#sendBatch(messages);
  }
}
