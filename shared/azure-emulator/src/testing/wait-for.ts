import type { Gate } from '@practical-signalr/server/scale-out';
import { WebSocket } from 'ws';

/**
 * Waits until `find` returns a value. `changed` opens when a message has arrived, and when the
 * WebSocket has closed.
 */
export async function waitFor<T>(
  webSocket: WebSocket,
  changed: Gate,
  find: () => T | undefined,
): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (webSocket.readyState === WebSocket.CLOSED)
      throw new Error('The service closed the connection.');
    await changed.wait();
  }
}
