import { errorTexts } from '../error-texts.ts';
import { HubError } from '../hub-error.ts';
import type { ReadGate } from './read-gate.ts';
import { UploadStream } from './upload-stream.ts';

/** Uploads of one connection that may be open at a time. */
const MAXIMUM_UPLOADS = 1000;

/** The open uploads of one connection by their ids. Source: `StreamTracker` of ASP.NET Core. */
export class UploadStreams {
  readonly #capacity: number;
  readonly #gate: ReadGate;
  #aborted: Error | undefined;
  readonly #streams = new Map<string, UploadStream>();

  constructor(capacity: number, gate: ReadGate) {
    this.#capacity = capacity;
    this.#gate = gate;
  }

  /**
   * Opens the uploads of a call that has arrived: their items may come before it runs.
   * Returns what is wrong where an id is in use or too many are open; then none is opened.
   */
  open(ids: readonly string[]): string | undefined {
    if (this.#streams.size + ids.length > MAXIMUM_UPLOADS)
      return errorTexts.tooManyUploads(MAXIMUM_UPLOADS);
    const taken = ids.find((id, i) => this.#streams.has(id) || ids.indexOf(id) < i);
    if (taken !== undefined) return errorTexts.invocationIdInUse(taken);
    for (const id of ids) this.#streams.set(id, new UploadStream(this.#capacity, this.#gate));
    return undefined;
  }

  /** An open upload; one whose connection has gone meanwhile is at its end. */
  get(id: string): UploadStream {
    const open = this.#streams.get(id);
    if (open !== undefined) return open;
    const stream = new UploadStream(this.#capacity, this.#gate);
    stream.end(this.#aborted);
    return stream;
  }

  /** An item; one of an unknown upload, or one whose call is over, is passed over. */
  push(id: string, item: unknown): void {
    this.#streams.get(id)?.push(item);
  }

  /** The client ends an upload. False where there is none of that id. */
  end(id: string, error: string | undefined): boolean {
    const stream = this.#streams.get(id);
    stream?.end(error === undefined ? undefined : new HubError(error));
    return stream !== undefined;
  }

  /** The call is answered: what still comes of its uploads is passed over. */
  close(ids: readonly string[]): void {
    for (const id of ids) {
      this.#streams.get(id)?.discard();
      this.#streams.delete(id);
    }
  }

  /** The connection is gone: whoever reads its uploads gets this error. */
  abort(error: Error): void {
    this.#aborted = error;
    for (const stream of this.#streams.values()) stream.end(error);
    this.#streams.clear();
  }
}
