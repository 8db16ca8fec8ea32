import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { SignalRServer } from '../hosting/signalr-server.ts';
import type { HubLifetimeManagerFactory } from '../scale-out/scale-out-hub.ts';
import type { SignalRServerOptions } from '../server-options.ts';
import { BatchingPort } from './ports/batching-port.ts';
import { IpcWorkerBus } from './ipc-worker-bus.ts';
import { type ToPrimary, type ToWorker, unwrap, wrap } from './primary-messages.ts';
import { privateServer } from './forwarding/request-forwarder.ts';
import { takeWorkerEnvironment } from './worker-environment.ts';
import { stopWorker } from './stop-worker.ts';
import type { WorkerBus } from './worker-bus.ts';
import { WorkerForwarder } from './forwarding/worker-forwarder.ts';
import { WorkerLifetimeManager } from './worker-lifetime-manager.ts';

/** What `createApp` receives. */
export interface WorkerContext {
  /** The number of the worker. A replacement has a new number. */
  readonly id: number;
  /** Pass these options to `new SignalRServer`. They connect the workers. */
  readonly serverOptions: Pick<SignalRServerOptions, 'scaleOut' | 'connectionTokens' | 'forwarder'>;
}

/** What `createApp` returns: the parts of the application that the worker closes when it stops. */
export interface WorkerApp {
  /** The server that listens, or will listen, at the shared port. */
  readonly server: Server;
  readonly signalr: SignalRServer;
}

/** Runs the application in this worker until the primary process stops it. */
export async function runWorker(
  createApp: (worker: WorkerContext) => WorkerApp | Promise<WorkerApp>,
  scaleOut: HubLifetimeManagerFactory | undefined,
): Promise<void> {
  const worker = cluster.worker as Worker;
  const { key, folder } = takeWorkerEnvironment();
  const send = (message: ToPrimary): Promise<void> =>
    new Promise((resolve, reject) =>
      process.send?.(wrap(message), undefined, {}, (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
  const bus = new IpcWorkerBus(send);
  const port = new BatchingPort((messages) => {
    // If the primary process has ended, this worker ends, too.
    send({ kind: 'backplane', messages }).catch(() => undefined);
  });
  // Joins before the first message of the primary process arrives.
  const createManager = scaleOut?.sharing?.join(port) ?? scaleOut ?? createLocal(bus);
  const joined = new Promise<void>((resolve) => {
    process.on('message', (envelope) => {
      const message = unwrap<ToWorker>(envelope);
      if (message === undefined) return;
      bus.onMessage(message);
      if (message.kind === 'backplane') port.receive(message.messages);
      if (message.kind === 'peers') resolve();
    });
  });
  // The primary process handles Ctrl-C for all.
  process.on('SIGINT', () => undefined);
  const isolated = privateServer();
  const socketPath = pathOfSocket(folder, worker.id);
  isolated.server.listen({ path: socketPath, exclusive: true });
  await once(isolated.server, 'listening');
  await send({ kind: 'joined', socketPath });
  // From now on, the worker misses no message of the others, so clients may connect.
  await joined;
  const forwarder = new WorkerForwarder(worker.id, bus);
  const app = await createApp({
    id: worker.id,
    serverOptions: {
      scaleOut: createManager,
      connectionTokens: { keys: [key] },
      forwarder,
    },
  });
  isolated.serve(app.server);
  if (!app.server.listening) await once(app.server, 'listening');
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void stopWorker({ ...app, forwarder }).then(() => {
      isolated.server.close(); // removes the file of the socket
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.on('message', (envelope) => {
    if (unwrap<ToWorker>(envelope)?.kind === 'stop') stop();
  });
  await send({ kind: 'started' });
}

/** Returns the factory of lifetime managers that reach the workers of this machine only. */
const createLocal =
  (bus: WorkerBus): HubLifetimeManagerFactory =>
  (hub) =>
    new WorkerLifetimeManager(hub, bus);

/** Returns the path of the socket of a worker. Windows has named pipes instead of socket files. */
const pathOfSocket = (folder: string, id: number): string =>
  process.platform === 'win32'
    ? `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}-${id}`
    : join(folder, `${id}.sock`);
