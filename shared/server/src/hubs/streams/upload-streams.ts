import { wireMessages } from '../../wire-messages.ts';
import { errors } from '../../errors.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { ReadGate } from '../reading/read-gate.ts';
import { UploadMemory, type UploadOptions } from './upload-memory.ts';
import { UploadStream } from './upload-stream.ts';

/** The maximum number of open uploads of one connection. */
export const MAXIMUM_UPLOADS = 1000;

/** The open uploads of one connection by stream id. Source: `StreamTracker` of ASP.NET Core. */
export class UploadStreams {
  readonly #capacity: number;
  readonly #readGate: ReadGate;
  readonly #memory: UploadMemory;
  #abortError: Error | undefined;
  readonly #streams = new Map<string, UploadStream>();
  /** The uploads whose ids were used again. They get no more items and end with the connection. */
  readonly #replacedStreams: UploadStream[] = [];
  /** Called when the last upload is removed. */
  onEmpty: (() => void) | undefined;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(options: UploadOptions, readGate: ReadGate, bytesInFlight?: BytesInFlight) {
    this.#capacity = options.streamBufferCapacity;
    this.#readGate = readGate;
    this.#memory = new UploadMemory(options, readGate, bytesInFlight);
  }

  /** The number of open uploads. */
  get size(): number {
    return this.#streams.size + this.#replacedStreams.length;
  }

  /**
   * Opens the uploads of a call when it arrives, because their items may arrive before the call
   * runs. An id that is in use names the new upload from now on, as in ASP.NET Core. If too many
   * uploads are open, opens none and returns an error.
   */
  open(ids: readonly string[]): string | undefined {
    if (this.size + ids.length > MAXIMUM_UPLOADS) {
      return wireMessages.tooManyUploads(MAXIMUM_UPLOADS);
    }
    for (const id of ids) {
      const replacedStream = this.#streams.get(id);
      if (replacedStream !== undefined) this.#replacedStreams.push(replacedStream);
      this.#streams.set(id, this.#create());
    }
    return undefined;
  }

  /** Returns an open upload. If the connection has closed, the returned upload has ended. */
  get(id: string): UploadStream {
    const openStream = this.#streams.get(id);
    if (openStream !== undefined) return openStream;
    const endedStream = this.#create();
    endedStream.end(this.#abortError);
    return endedStream;
  }

  /** Adds an item. Items of unknown uploads, and of uploads whose call has ended, are ignored. */
  push(id: string, item: unknown, size?: number): void {
    this.#streams.get(id)?.push(item, size);
  }

  /** Ends an upload with an error, because an item cannot be read. */
  refuseItem(id: string): void {
    this.#streams.get(id)?.end(errors.uploadItemInvalid());
  }

  /** Ends an upload at the client's request. Returns false if there is none with this id. */
  end(id: string, error: string | undefined): boolean {
    const stream = this.#streams.get(id);
    stream?.end(error === undefined ? undefined : errors.uploadFailed(error));
    return stream !== undefined;
  }

  /** Removes the uploads of a call that has ended. Items that arrive later are ignored. */
  close(ids: readonly string[]): void {
    for (const id of ids) {
      this.#streams.get(id)?.discard();
      this.#streams.delete(id);
    }
    if (this.#streams.size === 0) this.onEmpty?.();
  }

  /** Ends all uploads with an error, because the connection has closed. */
  abort(error: Error): void {
    this.#abortError = error;
    for (const stream of [...this.#streams.values(), ...this.#replacedStreams]) stream.end(error);
    this.#streams.clear();
    this.#replacedStreams.length = 0;
    this.#memory.close();
  }

  #create(): UploadStream {
    return new UploadStream(this.#capacity, this.#readGate, this.#memory);
  }
}
