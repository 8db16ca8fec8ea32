import { errorTexts } from '../error-texts.ts';
import type { HubCall } from './hub-call.ts';
import type { ReadGate } from './read-gate.ts';
import { UploadStreams } from './upload-streams.ts';

/** Streams to one client that may run at a time. */
const MAXIMUM_STREAMS = 1000;

/** The streams of one connection, in both directions. Most connections never have any, and then cost nothing. */
export class ClientStreams {
  readonly #capacity: number;
  readonly #gate: ReadGate;
  #running: Map<string, HubCall> | undefined;
  #uploads: UploadStreams | undefined;
  #aborted = false;

  constructor(streamBufferCapacity: number, gate: ReadGate) {
    this.#capacity = streamBufferCapacity;
    this.#gate = gate;
  }

  get uploads(): UploadStreams {
    return (this.#uploads ??= new UploadStreams(this.#capacity, this.#gate));
  }

  /** Registers a running stream, which the client may cancel. Returns what is wrong where it may not run. */
  begin(invocationId: string, call: HubCall): string | undefined {
    this.#running ??= new Map();
    if (this.#running.has(invocationId)) return errorTexts.invocationIdInUse(invocationId);
    if (this.#running.size >= MAXIMUM_STREAMS) return errorTexts.tooManyStreams(MAXIMUM_STREAMS);
    if (this.#aborted) call.cancel();
    this.#running.set(invocationId, call);
    return undefined;
  }

  end(invocationId: string): void {
    this.#running?.delete(invocationId);
  }

  /** The client wants no more of a stream; one that has ended is passed over. */
  cancel(invocationId: string): void {
    this.#running?.get(invocationId)?.cancel();
  }

  receive(uploadId: string, item: unknown): void {
    this.#uploads?.push(uploadId, item);
  }

  /** False where no upload has that id. */
  complete(uploadId: string, error: string | undefined): boolean {
    return this.#uploads?.end(uploadId, error) === true;
  }

  /** The connection ends: streams are cancelled, and who reads an upload gets an AbortError. */
  abort(connectionId: string): void {
    this.#aborted = true;
    for (const call of this.#running?.values() ?? []) call.cancel();
    this.#uploads?.abort(new ConnectionAbortedError(errorTexts.connectionLost(connectionId)));
  }
}

class ConnectionAbortedError extends Error {
  override readonly name = 'AbortError';
}
