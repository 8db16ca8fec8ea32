import { connect } from 'node:net';

/** Sends bytes on a new connection, and returns what the server sends until it closes. */
export async function sendRaw(port: number, ...parts: readonly Buffer[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // The server may reset the connection after its answer. `once` would reject then.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) socket.write(part);
  socket.end();
  await closed;
  return Buffer.concat(received).toString('latin1');
}

/** Returns the status codes of the responses in what a server has sent. */
export function statusCodes(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
