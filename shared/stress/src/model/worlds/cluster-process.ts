import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignalRServer } from '@practical-signalr/server';
import { runWorkers } from '@practical-signalr/server/cluster';
import { ModelHub, modelMethods } from '../model-hub.ts';
import { silentLogger } from '../../silent-logger.ts';

/** The program of the cluster world. The name of a worker is its process id. */
const pool = await runWorkers(
  ({ serverOptions }) => {
    const signalr = new SignalRServer({
      ...serverOptions,
      allowStatefulReconnects: true,
      userIdProvider: { getUserId: ({ request }) => request.query.get('user') ?? null },
      logger: silentLogger,
    });
    const create = (): ModelHub => new ModelHub(`${process.pid}`);
    signalr.mapHub('/hub', { hub: ModelHub, create }, { methods: modelMethods });
    const server = createServer(signalr.router());
    signalr.attach(server);
    server.listen(0, '127.0.0.1', () => {
      console.log(`port ${(server.address() as AddressInfo).port}`);
    });
    return { server, signalr };
  },
  { workers: 2, logger: silentLogger },
);
// The pool stops with the process of the test.
if (pool !== undefined) {
  console.log('ready');
  process.stdin.on('end', () => void pool.close()).resume();
}
