/** The byte 0x1E, which ends each message of the JSON protocol. */
export const RECORD_SEPARATOR = '\u001e';

/** The handshake that a client sends, without the byte that ends it. */
export const HANDSHAKE = '{"protocol":"json","version":1}';

/** Opens a WebSocket to the hub. An empty token skips negotiation. */
export async function openSocket(token: string): Promise<WebSocket> {
  const query = token === '' ? '' : `?id=${token}`;
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/echo${query}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('The WebSocket was refused.')));
  });
  return socket;
}

/** Sends a message, and returns it with the first answer that matches. Ticks arrive in between. */
export function sendAndReceive(
  socket: WebSocket,
  message: string,
  expected: RegExp,
): Promise<string> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      if (expected.test(String(data))) resolve(`↑ ${message} [1E] ↓ ${withoutControls(data)}`);
    });
    socket.addEventListener('close', ({ code }) =>
      resolve(`The server closed the WebSocket with ${code}.`),
    );
    socket.send(message + RECORD_SEPARATOR);
  });
}

/** Returns a text in which the byte 0x1E is visible. */
export const withoutControls = (data: unknown): string =>
  String(data).replaceAll(RECORD_SEPARATOR, ' [1E]');
