export { runWorkers } from './run-workers.ts';
export type { WorkerApp, WorkerContext } from './run-worker.ts';
export type { WorkerBus, WorkerListener } from './worker-bus.ts';
export { WorkerLifetimeManager } from './worker-lifetime-manager.ts';
export type {
  GroupCommand,
  InvokeCommand,
  QueryMessage,
  ReplyMessage,
  ResultMessage,
  SendMessage,
  WorkerMessage,
  WorkerTarget,
} from './worker-messages.ts';
export type { WorkerOptions, WorkerPool } from './worker-pool.ts';
