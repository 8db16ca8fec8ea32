import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errorTexts } from '../error-texts.ts';
import { HubError } from '../hub-error.ts';
import type { ReadGate } from './read-gate.ts';

interface Waiting {
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The items of one upload, for one reader. Over its capacity the client is read no further; what one piece still holds comes on top.
 * Source: `StreamTracker` of ASP.NET Core and its bounded channel.
 */
export class UploadStream implements AsyncIterableIterator<unknown> {
  readonly #capacity: number;
  readonly #gate: ReadGate;
  #schema: StandardSchemaV1 | undefined;
  #items: unknown[] = [];
  #next = 0;
  #waiting: Waiting[] = [];
  #ended = false;
  #error: Error | undefined;
  #holds = false;

  constructor(capacity: number, gate: ReadGate) {
    this.#capacity = capacity;
    this.#gate = gate;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Checks the items from now on; those that wait are checked when they are taken. */
  checkedBy(schema: StandardSchemaV1 | undefined): this {
    this.#schema = schema;
    return this;
  }

  push(item: unknown): void {
    if (this.#ended) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#check(item).then(waiting.resolve, waiting.reject);
      return;
    }
    this.#items.push(item);
    if (this.#holds || this.#items.length - this.#next < this.#capacity) return;
    this.#holds = true;
    this.#gate.pause();
  }

  /** No more items come; with an error, the reader gets it after the items that wait. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#letGo();
    for (const waiting of this.#waiting.splice(0))
      this.#finish().then(waiting.resolve, waiting.reject);
  }

  /** Forgets the items that wait: the method that read them is done. */
  discard(): void {
    this.#items = [];
    this.#next = 0;
    this.end();
    this.#error = undefined;
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#next < this.#items.length) {
      const item = this.#items[this.#next++];
      if (this.#next === this.#items.length) {
        this.#items = [];
        this.#next = 0;
      }
      if (this.#items.length - this.#next < this.#capacity) this.#letGo();
      return this.#check(item);
    }
    if (this.#ended) return this.#finish();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<unknown>> {
    this.discard();
    return Promise.resolve(DONE);
  }

  async #check(item: unknown): Promise<IteratorResult<unknown>> {
    if (this.#schema === undefined) return { done: false, value: item };
    const checked = await this.#schema['~standard'].validate(item);
    if (checked.issues === undefined) return { done: false, value: checked.value };
    this.discard();
    throw new HubError(errorTexts.itemNotBound);
  }

  async #finish(): Promise<IteratorResult<unknown>> {
    const error = this.#error;
    this.#error = undefined; // an iterator that has failed has ended
    if (error !== undefined) throw error;
    return DONE;
  }

  #letGo(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#gate.resume();
  }
}
