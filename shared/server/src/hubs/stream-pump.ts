import type { HubCall } from './hub-call.ts';

/** What gives the items of a stream, one at a time. */
interface Source {
  next(): Promise<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(): unknown;
}

/** The items of what a streaming method has returned: async generators, ReadableStreams, arrays …; undefined for anything else. */
export function streamSource(value: unknown): Source | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // Its own iterator would wait for the next item before it lets itself be cancelled.
  if (value instanceof ReadableStream) return readerOf(value as ReadableStream<unknown>);
  if (Symbol.asyncIterator in value)
    return (value as AsyncIterable<unknown>)[Symbol.asyncIterator]() as Source;
  if (Symbol.iterator in value) return (value as Iterable<unknown>)[Symbol.iterator]() as Source;
  return undefined;
}

function readerOf(stream: ReadableStream<unknown>): Source {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: () => reader.cancel(),
  };
}

/**
 * Sends the items of a stream until it ends or is cancelled; a client that reads slowly holds the source back.
 * Cancelling ends the source: its `finally` blocks have run when this resolves. Rejects with what the source throws.
 */
export async function pumpStream(
  call: HubCall,
  invocationId: string,
  source: Source,
): Promise<void> {
  const { connection } = call;
  const write = connection.streamItemWriter(invocationId);
  let returned: unknown;
  const cancel = (): void => {
    try {
      returned = source.return?.();
      // Until it is waited for below, its error must not count as unhandled.
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch (error) {
      returned = Promise.reject(error);
      (returned as Promise<unknown>).catch(() => undefined);
    }
  };
  call.onCancel = cancel;
  if (call.isCancelled) cancel();
  while (!call.isCancelled) {
    const pending = source.next();
    // A source that has its items at hand costs no promise for each of them.
    const next = 'done' in pending ? pending : await pending;
    if (next.done === true || call.isCancelled) break;
    try {
      write(next.value);
    } catch (error) {
      cancel(); // an item that cannot be written ends the stream, and its source must learn of it
      throw error;
    }
    const room = connection.whenRoom();
    if (room !== undefined) await room;
  }
  await returned;
}
