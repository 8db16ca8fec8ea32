import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy that distributes connections to several ports of this machine in turn. */
export interface Balancer {
  readonly url: string;
  /** The ports in rotation. */
  readonly ports: Set<number>;
  close(): Promise<void>;
}

/** Starts a balancer in front of these ports. */
export async function startBalancer(...targets: number[]): Promise<Balancer> {
  const ports = new Set(targets);
  const sockets = new Set<Socket>();
  let count = 0;
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.pipe(to);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    count++;
    const port = [...ports][count % ports.size];
    if (port === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    pass(client, upstream);
    pass(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ports,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
