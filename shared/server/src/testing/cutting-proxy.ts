import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * A TCP proxy that cuts all connections when a number of bytes has passed, in both directions
 * together.
 */
export interface CuttingProxy {
  readonly url: string;
  /** Cuts all open connections. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy to a port of this machine. It cuts all connections after `bytes` bytes in total.
 */
export async function startCuttingProxy(
  port: number,
  bytes = Number.POSITIVE_INFINITY,
): Promise<CuttingProxy> {
  let left = bytes;
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (data: Buffer) => {
      to.write(data.subarray(0, Math.max(0, left)));
      left -= data.length;
      if (left <= 0) cut();
    });
    from.on('end', () => to.end());
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    pass(client, upstream);
    pass(upstream, client);
    if (left <= 0) cut();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async close() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
