import { isThenable } from '../../promises/is-thenable.ts';
import type { HubCall } from '../hub-call.ts';
import { sendWhenRoom } from './send-when-room.ts';

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
  // The async iterator of a ReadableStream can be canceled only after its next item arrives.
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
 * Sends the items of a stream until it ends or is canceled. Waits before each item until the
 * client's buffer has room. A stream that is canceled early starts nevertheless, because a
 * generator runs its `finally` blocks only if it has started. An item that is being produced during
 * the cancellation is still sent, as in ASP.NET Core. Resolves after the `finally` blocks of the
 * source have run. Rejects with the errors of the source.
 */
export async function pumpStream(
  call: HubCall,
  invocationId: string,
  source: Source,
): Promise<void> {
  const { connection } = call;
  const write = connection.streamItemWriter(invocationId);
  let sourceReturn: unknown;
  let isStarted = false;
  const cancel = (): void => {
    try {
      sourceReturn = source.return?.();
    } catch (error) {
      sourceReturn = Promise.reject(error);
    }
    // The error is thrown by the `await` at the end. Until then, it must not count as unhandled.
    if (sourceReturn instanceof Promise) sourceReturn.catch(() => undefined);
  };
  call.onCancel = cancel;
  while (!call.isCanceled || !isStarted) {
    const pending = source.next();
    if (call.isCanceled && !isStarted) cancel();
    isStarted = true;
    // A synchronous source needs no promise for each item.
    const next = 'done' in pending ? pending : await pending;
    if (next.done === true) break;
    try {
      // As in `for await`, the items of a synchronous source may be promises.
      const { value } = next;
      const item = 'done' in pending && isThenable(value) ? await value : value;
      const sent = sendWhenRoom(connection, write, item);
      if (sent !== undefined) await sent;
    } catch (error) {
      // The serializer or the promise rejected. The source must run its `finally` blocks.
      cancel();
      throw error;
    }
    const room = connection.whenRoom();
    if (room !== undefined) await room;
  }
  await sourceReturn;
}
