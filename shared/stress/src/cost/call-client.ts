import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The number of calls in one WebSocket message. */
export const CALLS_PER_MESSAGE = 500;

/** A mask of 0 leaves the payload as it is. */
const MASK = [0, 0, 0, 0];
const HANDSHAKE = '{"protocol":"json","version":1}\u001e';
const CALLS = createFrame(
  '{"type":1,"target":"count","arguments":[]}\u001e'.repeat(CALLS_PER_MESSAGE),
);

/** Returns a WebSocket frame of a client. */
function createFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(0x81, ...size, ...MASK), payload]);
}

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
    socket.write(
      `GET /hub HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    socket.write(createFrame(HANDSHAKE));
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
