import { errors } from '../../errors.ts';
import { wireMessages } from '../../wire-messages.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { ReadGate } from '../reading/read-gate.ts';
import type { UploadOptions } from './upload-memory.ts';
import { UploadStreams } from './upload-streams.ts';

/** The maximum number of running streams to one client. */
export const MAXIMUM_STREAMS = 1000;

/** A running call that the client may cancel. */
interface RunningCall {
  cancel(): void;
}

/** The calls of the connection. */
interface Calls {
  /** Calls `onIdle` when no call is queued or running. */
  whenIdle(onIdle: () => void): void;
}

/**
 * The streams of one connection, in both directions. Both maps are created on first use, because
 * most connections have no streams.
 */
export class ClientStreams {
  readonly #options: UploadOptions;
  readonly #readGate: ReadGate;
  readonly #bytesInFlight: BytesInFlight | undefined;
  #running: Map<string, RunningCall> | undefined;
  /** The running calls without streams. Clients may use an invocation id again at any time. */
  #plainCalls: Map<string, RunningCall> | undefined;
  #uploads: UploadStreams | undefined;
  #isAborted = false;
  /** Set once another server has taken over the client. */
  #onIdle: (() => void) | undefined;
  /** Called after the completion of a stream is sent. */
  #onStreamEnd: (() => void) | undefined;

  /** `bytesInFlight` is undefined if the bytes of all connections are not limited. */
  constructor(options: UploadOptions, readGate: ReadGate, bytesInFlight?: BytesInFlight) {
    this.#options = options;
    this.#readGate = readGate;
    this.#bytesInFlight = bytesInFlight;
  }

  get uploads(): UploadStreams {
    return (this.#uploads ??= new UploadStreams(
      this.#options,
      this.#readGate,
      this.#bytesInFlight,
    ));
  }

  /** The invocation ids of the calls that run. */
  get unansweredIds(): string[] {
    return [...(this.#running?.keys() ?? []), ...(this.#plainCalls?.keys() ?? [])];
  }

  /**
   * Returns whether no stream and no upload is in progress. Otherwise, calls `onIdle` after one of
   * them has ended.
   */
  isIdle(onIdle: () => void): boolean {
    const hasUploads = (this.#uploads?.size ?? 0) > 0;
    if ((this.#running?.size ?? 0) === 0 && !hasUploads) return true;
    // The completion of the call that read the upload is sent before the microtask runs.
    if (hasUploads) this.uploads.onEmpty = () => queueMicrotask(onIdle);
    this.#onStreamEnd = onIdle;
    return false;
  }

  /** Registers a stream that the client may cancel. Returns an error if it must not run. */
  begin(invocationId: string, stream: RunningCall): string | undefined {
    this.#running ??= new Map();
    if (this.#running.has(invocationId)) return wireMessages.invocationIdInUse(invocationId);
    if (this.#running.size >= MAXIMUM_STREAMS) return wireMessages.tooManyStreams(MAXIMUM_STREAMS);
    if (this.#isAborted) stream.cancel();
    this.#running.set(invocationId, stream);
    return undefined;
  }

  /**
   * Removes a stream just before its completion is sent. Returns an error for the completion if
   * the stream stopped because another server has taken over the client.
   */
  end(invocationId: string): string | undefined {
    this.#running?.delete(invocationId);
    // The caller sends the completion before this microtask runs.
    if (this.#onStreamEnd !== undefined) queueMicrotask(this.#onStreamEnd);
    if (this.#onIdle === undefined) return undefined;
    queueMicrotask(() => this.#checkIdle());
    return wireMessages.streamMoved;
  }

  /** Registers a call without a stream that the client may cancel. */
  beginPlain(invocationId: string, call: RunningCall): void {
    if (this.#isAborted) call.cancel();
    (this.#plainCalls ??= new Map()).set(invocationId, call);
  }

  /** Removes a call without a stream. */
  endPlain(invocationId: string, call: RunningCall): void {
    if (this.#plainCalls?.get(invocationId) === call) this.#plainCalls.delete(invocationId);
  }

  /** Cancels a call. Returns false if it does not run: it may be queued or may have ended. */
  cancel(invocationId: string): boolean {
    const call = this.#running?.get(invocationId) ?? this.#plainCalls?.get(invocationId);
    call?.cancel();
    return call !== undefined;
  }

  /** Adds an item to an upload. `size` is in bytes, or in UTF-16 code units for text. */
  receive(uploadId: string, item: unknown, size?: number): void {
    this.#uploads?.push(uploadId, item, size);
  }

  /** Ends an upload with an error, because an item cannot be read. */
  refuseItem(uploadId: string): void {
    this.#uploads?.refuseItem(uploadId);
  }

  /** Ends an upload. Returns false if there is no upload with this id. */
  complete(uploadId: string, error: string | undefined): boolean {
    return this.#uploads?.end(uploadId, error) === true;
  }

  /**
   * Stops all streams and uploads, because another server has taken over the client and they
   * cannot continue there. Calls `onIdle` when all streams and all `calls` are answered.
   */
  move(connectionId: string, calls: Calls, onIdle: () => void): void {
    calls.whenIdle(() => {
      this.#onIdle = onIdle;
      this.#checkIdle();
    });
    this.#onIdle ??= () => undefined;
    this.abort(connectionId);
  }

  /** Cancels all streams. Readers of uploads get an AbortError. */
  abort(connectionId: string): void {
    this.#isAborted = true;
    for (const stream of this.#running?.values() ?? []) stream.cancel();
    for (const call of this.#plainCalls?.values() ?? []) call.cancel();
    this.#plainCalls = undefined;
    this.#uploads?.abort(errors.connectionAborted(connectionId));
  }

  #checkIdle(): void {
    if ((this.#running?.size ?? 0) === 0) this.#onIdle?.();
  }
}
