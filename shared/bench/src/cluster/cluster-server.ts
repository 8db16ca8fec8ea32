import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hub, SignalRServer } from '@practical-signalr/server';
import { runWorkers } from '@practical-signalr/server/cluster';

/** The number of messages that this worker has received from the primary process. */
let received = 0;

class ClusterHub extends Hub {
  echo(text: string): string {
    return text;
  }

  async broadcast(text: string): Promise<void> {
    await this.clients.all.send('m', text);
  }

  state(): readonly [pid: number, received: number] {
    return [process.pid, received];
  }
}

// An application in several workers. It prints its port and the ids of its processes. Usage:
// cluster-server WORKERS
const pool = await runWorkers(
  ({ serverOptions }) => {
    process.on('message', () => {
      received += 1;
    });
    const signalr = new SignalRServer({ ...serverOptions });
    signalr.mapHub('/bench', ClusterHub, { methods: ['echo', 'broadcast', 'state'] });
    const server = createServer(signalr.router());
    signalr.attach(server);
    server.listen(0, '127.0.0.1', () => {
      console.log(`worker ${process.pid} ${(server.address() as AddressInfo).port}`);
    });
    return { server, signalr };
  },
  { workers: Number(process.argv[2]) },
);
if (pool !== undefined) console.log(`primary ${process.pid}`);
