import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { clientFrame, HANDSHAKE, upgradeRequest } from '../load/raw-web-socket.ts';

/** The number of calls in one WebSocket message. */
export const CALLS_PER_MESSAGE = 500;

const CALLS = clientFrame(
  '{"type":1,"target":"count","arguments":[]}\u001e'.repeat(CALLS_PER_MESSAGE),
);

/**
 * A client that calls `count` and needs little CPU time itself: its calls are encoded once, many of
 * them are in one WebSocket message, and they have no results.
 */
export class CallClient {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects to the hub `/hub` without negotiation. */
  static async open(port: number): Promise<CallClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(upgradeRequest(port));
    socket.write(clientFrame(HANDSHAKE));
    socket.resume();
    return new CallClient(socket);
  }

  /** Sends {@link CALLS_PER_MESSAGE} calls. */
  call(): void {
    this.#socket.write(CALLS);
  }

  close(): void {
    this.#socket.destroy();
  }
}
