import { isOpened, type MessageEvent, type RecordedEvent } from '../recorded-event.ts';
import { contentOf, hubMessage, isNumbered, readMessage } from './read-message.ts';

/** The messages of one side that a stateful reconnect numbers, from 1. */
interface Numbering {
  next: number;
  last: number;
}

/**
 * Returns a recording without its stateful reconnects: each connection is opened and closed once,
 * and messages that were sent again are removed.
 */
export function joinReconnects(events: readonly RecordedEvent[]): RecordedEvent[] {
  const joined: (RecordedEvent | undefined)[] = [];
  const opened = new Set<number>();
  /** The positions of the closes in `joined`. */
  const closes = new Map<number, number>();
  const numberings = new Map<string, Numbering>();
  for (const event of events) {
    const { connection } = event;
    if (event.type === 'open' && opened.has(connection)) {
      const close = closes.get(connection);
      if (isOpened(event.transport, event.status) && close !== undefined) joined[close] = undefined;
      continue;
    }
    if (event.type === 'open' && isOpened(event.transport, event.status)) opened.add(connection);
    if (event.type === 'close') closes.set(connection, joined.length);
    if (event.type === 'message') {
      const key = `${connection} ${event.from}`;
      const numbering = numberings.get(key) ?? { next: 1, last: 0 };
      numberings.set(key, numbering);
      if (isSentAgain(event, numbering)) continue;
    }
    joined.push(event);
  }
  return joined.filter((event) => event !== undefined);
}

/** Counts a message. Returns whether the recording has it already. */
function isSentAgain(event: MessageEvent, numbering: Numbering): boolean {
  const message = readMessage(contentOf(event));
  if (message.type === hubMessage.sequence) {
    numbering.next = message.sequenceId ?? numbering.next;
    return true;
  }
  if (!isNumbered(message)) return false;
  const number = numbering.next++;
  if (number <= numbering.last) return true;
  numbering.last = number;
  return false;
}
