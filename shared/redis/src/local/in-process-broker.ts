import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { BrokerConnection } from './broker-connection.ts';

/** A pub/sub broker in this process, as a substitute for Redis. */
export interface InProcessBroker {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a broker on 127.0.0.1 that supports the pub/sub commands of Redis (RESP2 and RESP3), for
 * development without Redis. It stores nothing and has no keys. All Redis clients can connect,
 * including those of .NET. Rejects if the port is in use.
 * @example
 * const broker = await startInProcessBroker();
 * const signalr = new SignalRServer({ scaleOut: redis({ url: broker.url }) });
 */
export async function startInProcessBroker(port = 0): Promise<InProcessBroker> {
  const channels = new Map<string, Set<BrokerConnection>>();
  const connections = new Set<BrokerConnection>();
  const monitors = new Set<BrokerConnection>();
  const server = createServer((socket) => {
    const connection = new BrokerConnection(socket, channels, monitors, connections.size + 1);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${address.port}`,
    port: address.port,
    async close() {
      server.close();
      for (const connection of connections) connection.close();
      await once(server, 'close');
    },
  };
}
