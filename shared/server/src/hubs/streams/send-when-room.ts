import type { HubMessage } from '@practical-signalr/protocol';
import type { CallingConnection } from '../calling-connection.ts';

/**
 * Sends a message when the buffer of the client has room. Returns undefined if it is sent now.
 * Throws or rejects with the errors of the payload serializer.
 */
export function sendWhenRoom(
  connection: CallingConnection,
  message: HubMessage,
): Promise<void> | undefined {
  // An acknowledgement may follow calls that the server reads only after this one has ended.
  const room = connection.whenRoom(false);
  if (room !== undefined) return sendLater(connection, message, room);
  connection.send(message);
  return undefined;
}

async function sendLater(
  connection: CallingConnection,
  message: HubMessage,
  room: Promise<void>,
): Promise<void> {
  let waiting: Promise<void> | undefined = room;
  // All senders continue at the same time, and the first ones may fill the buffer again.
  while (waiting !== undefined) {
    await waiting;
    waiting = connection.whenRoom(false);
  }
  connection.send(message);
}
