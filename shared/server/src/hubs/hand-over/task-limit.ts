import { FifoQueue } from '../../queue/fifo-queue.ts';

/** Runs a limited number of tasks at the same time. The others wait in order. */
export class TaskLimit {
  readonly #maximum: number;
  readonly #waiting = new FifoQueue<() => void>();
  #running = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#maximum)
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.take();
      // The next task takes the place of this one.
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
