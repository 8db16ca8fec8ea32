import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errors } from '../../errors.ts';
import { formatIssues } from '../../schema-issues.ts';
import type { ReadGate } from '../reading/read-gate.ts';
import { FifoQueue } from '../../queue/fifo-queue.ts';
import type { UploadMemory } from './upload-memory.ts';

interface BufferedItem {
  readonly item: unknown;
  readonly size: number;
}

/** A pending `next()`. */
interface Reader {
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The items of one upload, as an iterator for one reader. When as many items as the capacity are
 * buffered, the server stops reading from the client.
 * Source: `StreamTracker` of ASP.NET Core and its bounded channel.
 */
export class UploadStream implements AsyncIterableIterator<unknown> {
  readonly #capacity: number;
  readonly #readGate: ReadGate;
  readonly #memory: UploadMemory;
  #schema: StandardSchemaV1 | undefined;
  #exposesIssues = false;
  readonly #items = new FifoQueue<BufferedItem>();
  #readers: Reader[] = [];
  #isEnded = false;
  #error: Error | undefined;
  #isReadingPaused = false;

  /** `capacity` is a number of items. `memory` counts those of all uploads of the connection. */
  constructor(capacity: number, readGate: ReadGate, memory: UploadMemory) {
    this.#capacity = capacity;
    this.#readGate = readGate;
    this.#memory = memory;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Validates all items that are read from now on, including the buffered ones. If `exposesIssues`
   * is true, the client receives the messages of the schema.
   */
  validateWith(schema: StandardSchemaV1 | undefined, exposesIssues = false): this {
    this.#schema = schema;
    this.#exposesIssues = exposesIssues;
    return this;
  }

  /** Adds an item of this size, in bytes or in UTF-16 code units. */
  push(item: unknown, size = 0): void {
    if (this.#isEnded) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      this.#validate(item).then(reader.resolve, reader.reject);
      return;
    }
    this.#items.add({ item, size });
    this.#memory.add(size);
    if (this.#isReadingPaused || this.#items.length < this.#capacity) return;
    this.#isReadingPaused = true;
    this.#readGate.pause();
  }

  /** Ends the upload. The reader gets the buffered items first, then the error if there is one. */
  end(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#resumeReading();
    for (const reader of this.#readers.splice(0)) {
      this.#finish().then(reader.resolve, reader.reject);
    }
  }

  /** Ends the upload and drops the buffered items, because the method no longer reads them. */
  discard(): void {
    for (const { size } of this.#items.values) this.#memory.remove(size);
    this.#items.clear();
    this.end();
    this.#error = undefined;
  }

  next(): Promise<IteratorResult<unknown>> {
    const buffered = this.#items.take();
    if (buffered !== undefined) {
      this.#memory.remove(buffered.size);
      if (this.#items.length < this.#capacity) this.#resumeReading();
      return this.#validate(buffered.item);
    }
    if (this.#isEnded) return this.#finish();
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<unknown>> {
    this.discard();
    return Promise.resolve(DONE);
  }

  async #validate(item: unknown): Promise<IteratorResult<unknown>> {
    if (this.#schema === undefined) return { done: false, value: item };
    const result = await this.#schema['~standard'].validate(item);
    if (result.issues === undefined) return { done: false, value: result.value };
    this.discard();
    throw errors.uploadItemInvalid(this.#exposesIssues ? formatIssues(result.issues) : undefined);
  }

  async #finish(): Promise<IteratorResult<unknown>> {
    const error = this.#error;
    // An iterator throws only once and is done after that.
    this.#error = undefined;
    if (error !== undefined) throw error;
    return DONE;
  }

  #resumeReading(): void {
    if (!this.#isReadingPaused) return;
    this.#isReadingPaused = false;
    this.#readGate.resume();
  }
}
