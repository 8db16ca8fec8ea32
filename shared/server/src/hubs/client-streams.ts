import { errorTexts } from '../error-texts.ts';
import type { CallQueue } from './call-queue.ts';
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
  /** Set where the client has moved. */
  #onIdle: (() => void) | undefined;

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

  /** The stream is over and about to be answered. Returns why, where it was cut off. */
  end(invocationId: string): string | undefined {
    this.#running?.delete(invocationId);
    if (this.#onIdle === undefined) return undefined;
    queueMicrotask(() => this.#checkIdle()); // after the answer
    return errorTexts.streamMoved;
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

  /**
   * Another server has the client: streams and uploads end, since they cannot go on there. `onIdle` is called when all are answered,
   * and the calls too, for which `calls` waits.
   */
  move(connectionId: string, calls: CallQueue, onIdle: () => void): void {
    calls.whenIdle(() => {
      this.#onIdle = onIdle;
      this.#checkIdle();
    });
    this.#onIdle ??= () => undefined;
    this.abort(connectionId);
  }

  #checkIdle(): void {
    if ((this.#running?.size ?? 0) === 0) this.#onIdle?.();
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
