export { runWorkers } from './run-workers.ts';
export type { WorkerApp, WorkerContext } from './run-worker.ts';
export type { WorkerOptions, WorkerPool } from './worker-pool.ts';
