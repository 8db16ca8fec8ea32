import { SignalRServer } from '@practical-signalr/server';
import { runWorkers } from '@practical-signalr/server/cluster';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { redis } from '../../redis.ts';
import { WorkerHub, workerHubMethods, workerHubOptions } from './worker-hub.ts';

// A machine with two workers, for tests. It prints its port, and restarts its workers when it reads
// a line. Usage: node worker-program.ts URL
const [, , url = ''] = process.argv;
const pool = await runWorkers(
  ({ serverOptions }) => {
    const signalr = new SignalRServer({ ...serverOptions, ...workerHubOptions });
    signalr.mapHub('/hub', WorkerHub, workerHubMethods);
    const server = createServer(signalr.router());
    signalr.attach(server);
    server.listen(0, '127.0.0.1', () => {
      console.log(`port ${(server.address() as AddressInfo).port}`);
    });
    return { server, signalr };
  },
  { workers: 2, scaleOut: redis({ url }) },
);
if (pool !== undefined) {
  console.log('ready');
  process.stdin.once('data', () => void pool.restart().then(() => console.log('restarted')));
  process.stdin.unref();
}
