import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to Redis that a test can cut. */
export class CuttableProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Connections made while it was cut. */
  attemptsWhileCut = 0;
  #cut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(targetPort: number): Promise<CuttableProxy> {
    const server = createServer();
    const proxy = new CuttableProxy(server);
    server.on('connection', (near) => proxy.#connect(near, connect(targetPort, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on nothing comes through, and nobody is told: as when a cable is pulled. */
  cut(): void {
    this.#cut = true;
    for (const sockets of this.#pairs) for (const socket of sockets) socket.pause();
  }

  /** What was held back comes through. */
  mend(): void {
    this.#cut = false;
    this.attemptsWhileCut = 0;
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resume();
  }

  /** Ends all connections. */
  drop(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy();
  }

  /** Resolves after so many connections have been tried in vain. */
  async attempts(count: number): Promise<void> {
    while (this.attemptsWhileCut < count) await once(this.#server, 'connection');
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    if (this.#cut) this.attemptsWhileCut++;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
      if (this.#cut) from.pause();
    }
  }
}
