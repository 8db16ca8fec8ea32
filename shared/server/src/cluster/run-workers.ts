import cluster from 'node:cluster';
import { runWorker, type WorkerApp, type WorkerContext } from './run-worker.ts';
import { type WorkerOptions, WorkerPool } from './worker-pool.ts';

/**
 * Runs an application in several processes that share one port, so that it uses all cores. Call it
 * once, at the start of the program. The program starts again in every worker, where
 * `createApp` runs.
 *
 * In the primary process, resolves with the pool when all workers accept connections. Rejects if a
 * worker cannot start. In a worker, resolves with undefined when the worker accepts connections.
 * @example
 * await runWorkers(({ serverOptions }) => {
 *   const signalr = new SignalRServer({ ...serverOptions });
 *   signalr.mapHub('/chat', ChatHub, { methods: ['say'] });
 *   const server = createServer(signalr.router());
 *   signalr.attach(server);
 *   server.listen(3000, '127.0.0.1');
 *   return { server, signalr };
 * });
 */
export async function runWorkers(
  createApp: (worker: WorkerContext) => WorkerApp | Promise<WorkerApp>,
  options: WorkerOptions = {},
): Promise<WorkerPool | undefined> {
  if (cluster.isPrimary) return WorkerPool.start(options);
  await runWorker(createApp, options.scaleOut);
  return undefined;
}
