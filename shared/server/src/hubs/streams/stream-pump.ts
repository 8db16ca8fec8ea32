import type { HubCall } from '../hub-call.ts';

/** An iterator that yields the items of a stream. */
interface Source {
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(): unknown;
}

/** Returns whether a value is a stream: an async generator or another async iterable. */
export const isAsyncIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/**
 * Returns the items of a streaming method's result: an async generator, a ReadableStream, an array
 * or any other iterable. Returns undefined for other values.
 */
export function streamSource(value: unknown): Source | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // The async iterator of a ReadableStream can be cancelled only after its next item arrives.
  if (value instanceof ReadableStream) return readerSource(value as ReadableStream<unknown>);
  if (Symbol.asyncIterator in value)
    return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]() as Source;
  if (Symbol.iterator in value) return (value as Iterable<unknown>)[Symbol.iterator]() as Source;
  return undefined;
}

function readerSource(stream: ReadableStream<unknown>): Source {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: () => reader.cancel(),
  };
}

/**
 * Sends the items of a stream until it ends or is cancelled. Waits before each item until the
 * client's buffer has room. A stream that is cancelled early starts nevertheless, because a
 * generator runs its `finally` blocks only if it has started. An item that is being produced during
 * the cancellation is still sent, as in ASP.NET Core. Resolves after the `finally` blocks of the
 * source have run. Rejects with the errors of the source.
 */
export async function pumpStream(
  call: HubCall,
  invocationId: string,
  source: Source,
): Promise<void> {
  const pump = new StreamPump(call, invocationId, source);
  call.onCancel = () => pump.cancel();
  await pump.run();
  await pump.sourceReturn;
}

/**
 * Takes items from a source. It uses callbacks instead of `await`, which would cost a third more
 * for each item of an async generator. A synchronous source needs no promise for each item.
 */
class StreamPump {
  readonly #call: HubCall;
  readonly #source: Source;
  readonly #write: (item: unknown) => void;
  #isStarted = false;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  /** What `return` of the source returned when the stream was cancelled. */
  sourceReturn: unknown;

  constructor(call: HubCall, invocationId: string, source: Source) {
    this.#call = call;
    this.#source = source;
    this.#write = call.connection.streamItemWriter(invocationId);
  }

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#takeItems();
    });
  }

  cancel(): void {
    try {
      this.sourceReturn = this.#source.return?.();
    } catch (error) {
      this.sourceReturn = Promise.reject(error);
    }
    // The error is thrown after the pump has stopped. Until then, it must not count as unhandled.
    if (this.sourceReturn instanceof Promise) this.sourceReturn.catch(() => undefined);
  }

  /** Takes items until one is not ready, the buffer is full or the stream ends. */
  readonly #takeItems = (): void => {
    try {
      while (!this.#call.isCancelled || !this.#isStarted) {
        const pending = this.#source.next();
        if (this.#call.isCancelled && !this.#isStarted) this.cancel();
        this.#isStarted = true;
        if (pending instanceof Promise) {
          pending.then(this.#onItem, this.#reject);
          return;
        }
        if ('then' in pending) {
          Promise.resolve(pending).then(this.#onItem, this.#reject);
          return;
        }
        if (!this.#send(pending)) return;
      }
      this.#resolve();
    } catch (error) {
      this.#reject(error);
    }
  };

  readonly #onItem = (next: IteratorResult<unknown>): void => {
    try {
      if (this.#send(next)) this.#takeItems();
    } catch (error) {
      this.#reject(error);
    }
  };

  /** Sends an item. Returns true if the next one may be taken now. */
  #send(next: IteratorResult<unknown>): boolean {
    if (next.done === true) {
      this.#resolve();
      return false;
    }
    try {
      this.#write(next.value);
    } catch (error) {
      // The serializer rejected the item. The source must run its `finally` blocks.
      this.cancel();
      throw error;
    }
    const room = this.#call.connection.whenRoom();
    if (room === undefined) return true;
    room.then(this.#takeItems, this.#reject);
    return false;
  }
}
