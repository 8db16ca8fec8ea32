import type { CallingConnection } from '../calling-connection.ts';

/**
 * Sends a message when the buffer of the client has room. Returns undefined if it is sent now.
 * Throws or rejects with the errors of `send`. `awaitsAcks` is that of `whenRoom`.
 */
export function sendWhenRoom<TMessage>(
  connection: CallingConnection,
  send: (message: TMessage) => void,
  message: TMessage,
  awaitsAcks = true,
): Promise<void> | undefined {
  const room = connection.whenRoom(awaitsAcks);
  if (room !== undefined) {
    return sendLater(room, () => connection.whenRoom(awaitsAcks), send, message);
  }
  send(message);
  return undefined;
}

async function sendLater<TMessage>(
  room: Promise<void>,
  whenRoom: () => Promise<void> | undefined,
  send: (message: TMessage) => void,
  message: TMessage,
): Promise<void> {
  let waiting: Promise<void> | undefined = room;
  // All senders continue at the same time, and the first ones may fill the buffer again.
  while (waiting !== undefined) {
    await waiting;
    waiting = whenRoom();
  }
  send(message);
}
