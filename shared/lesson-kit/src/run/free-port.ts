import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Returns a port of 127.0.0.1 that is free, and that the operating system assigns to nothing else.
 * @param choose returns the next port to try. Default: a random one from 11000 to 21999.
 * @throws {Error} `EADDRINUSE` if 100 ports in a row are in use.
 * @example
 * const port = await freePort();
 */
export async function freePort(choose: () => number = randomPort): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = choose();
    try {
      await listenOnce(port);
      return port;
    } catch (error) {
      const isInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isInUse || attempt === 100) throw error;
    }
  }
}

/**
 * Returns a port if it is free, and otherwise 0, which selects a free port.
 * @example
 * const emulator = await startEmulator({ port: await portIfFree(8888) });
 */
export async function portIfFree(port: number): Promise<number> {
  try {
    await listenOnce(port);
    return port;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return 0;
    throw error;
  }
}

/**
 * Returns a port below 32768. Operating systems assign higher ports to outgoing connections and to
 * servers on port 0, so another process could get such a port between this search and its use.
 */
const randomPort = (): number => randomInt(11_000, 22_000);

/** Listens on a port and stops listening. Rejects if the port is in use. */
async function listenOnce(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
