import { MessageType } from '@practical-signalr/protocol';
import type { HubConnection } from './hub-connection.ts';

type Items = AsyncIterable<unknown> | Iterable<unknown>;

/** Whether a value can be streamed: async generators, ReadableStreams, arrays … */
export function isIterable(value: unknown): value is Items {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Sends the items of a stream until it ends, is cancelled or its client is gone; a client that reads slowly holds the source back. */
export async function pumpStream(connection: HubConnection, invocationId: string, items: Items): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items
      ? items[Symbol.asyncIterator]()
      : (items[Symbol.iterator]() as unknown as AsyncIterator<unknown>);
  let cancelled = false;
  const end = connection.beginStream(invocationId, () => {
    cancelled = true;
    // The source's own `finally` blocks run; an error in them has nobody left to hear it.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  });
  try {
    for (;;) {
      const next = await iterator.next();
      if (cancelled || next.done === true) return;
      connection.send({ type: MessageType.StreamItem, invocationId, item: next.value });
      const room = connection.whenRoom();
      if (room !== undefined) await room;
    }
  } finally {
    end();
  }
}
