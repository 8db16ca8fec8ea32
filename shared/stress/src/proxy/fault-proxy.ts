import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  Direction,
  type DirectionFaults,
  FaultyPipe,
  noFaults,
  resetSocket,
} from './faulty-pipe.ts';

/** The two sockets of one connection, and what passes their bytes. */
interface Pair {
  /** The socket of the client. */
  readonly near: Socket;
  /** The socket to the server. */
  readonly far: Socket;
  readonly pipes: readonly FaultyPipe[];
}

/**
 * A TCP proxy in front of one port of this machine, with the faults of real networks.
 * @example
 * const proxy = await FaultProxy.start(server.port);
 * proxy.setFaults({ toServer: { bytesPerSecond: 1 }, toClient: { bytesPerSecond: 1 } });
 * proxy.clearFaults();
 */
export class FaultProxy {
  /** The port to which new connections are forwarded. If undefined, they are refused. */
  target: number | undefined;
  readonly #toServer = new Direction();
  readonly #toClient = new Direction();
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #sockets = new Set<Socket>();
  /** Sockets whose other side is gone. */
  readonly #abandoned = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
  }

  static async start(target: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, target);
    server.on('connection', (near) => proxy.#forward(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The number of bytes of all clients that were passed to the server. */
  get bytesToServer(): number {
    return this.#toServer.passedBytes;
  }

  /** The number of connections that were cut after a number of bytes. */
  get cuts(): number {
    return this.#toServer.cuts + this.#toClient.cuts;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Changes the faults of open and new connections. */
  setFaults(faults: {
    readonly toServer?: Partial<DirectionFaults>;
    readonly toClient?: Partial<DirectionFaults>;
  }): void {
    Object.assign(this.#toServer.faults, faults.toServer);
    Object.assign(this.#toClient.faults, faults.toClient);
    for (const { pipes } of this.#pairs) for (const pipe of pipes) pipe.update();
  }

  /** Removes all faults. Bytes that were held pass now; connections that broke stay broken. */
  clearFaults(): void {
    this.setFaults({ toServer: noFaults(), toClient: noFaults() });
  }

  /** Breaks all connections with a TCP reset. New connections are still accepted. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      resetSocket(near);
      resetSocket(far);
    }
  }

  /** Breaks all connections for one side only: the other side is not notified (half-open). */
  abandon(side: 'client' | 'server'): void {
    for (const pair of this.#pairs) {
      const [kept, broken] = side === 'server' ? [pair.far, pair.near] : [pair.near, pair.far];
      this.#abandoned.add(kept);
      kept.removeAllListeners('data').resume();
      resetSocket(broken);
    }
  }

  /** Accepts no more connections, and waits until the open ones have ended by themselves. */
  async closeWhenUnused(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  /**
   * Resolves when clients in this process know that their connections are closed. Otherwise, a
   * server that gets the same port afterwards would lose a request that `fetch` sends over an old
   * connection.
   */
  async close(): Promise<void> {
    for (const socket of this.#sockets) resetSocket(socket);
    this.#server.close();
    await once(this.#server, 'close');
    for (let turn = 0; turn < 2; turn++) await nextTurn();
  }

  #forward(near: Socket): void {
    if (this.target === undefined) {
      resetSocket(near);
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    const pipes = [
      new FaultyPipe(near, far, this.#toServer),
      new FaultyPipe(far, near, this.#toClient),
    ];
    const pair = { near, far, pipes };
    this.#pairs.add(pair);
    /** Closes the other socket when one has closed. */
    const connectCloses = (socket: Socket, other: Socket): void => {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        this.#sockets.delete(socket);
        this.#abandoned.delete(socket);
        // After a normal end, the pipe ends the other side when all bytes have passed.
        if (!socket.readableEnded && !this.#abandoned.has(other)) other.destroySoon();
      });
    };
    connectCloses(near, far);
    connectCloses(far, near);
  }
}
