import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Envelope, type ToPrimary, type ToWorker, unwrap, wrap } from './primary-messages.ts';
import { MAXIMUM_WAITING_BYTES } from './pooled-worker.ts';
import type { SharedBackplane, WorkerPort } from '../scale-out/scale-out-hub.ts';
import type { WorkerMessage } from './worker-messages.ts';
import { WorkerPool } from './worker-pool.ts';

/** A worker process that does what a test says. */
class FakeWorker extends EventEmitter {
  readonly id: number;
  readonly received: ToWorker[] = [];
  /** False for a worker that reads nothing. */
  reads = true;
  hasEnded = false;
  readonly process = Object.assign(new EventEmitter(), {
    pid: 1 as number | undefined,
    kill: () => this.end('SIGKILL'),
    send: () => true,
  });

  constructor(id: number) {
    super();
    this.id = id;
  }

  isConnected(): boolean {
    return !this.hasEnded;
  }

  send(envelope: Envelope<ToWorker>, onSent: () => void): void {
    const message = unwrap<ToWorker>(envelope) as ToWorker;
    this.received.push(message);
    if (!this.reads) return;
    onSent();
    if (message.kind === 'stop') this.end(null);
  }

  tell(message: ToPrimary): void {
    this.emit('message', wrap(message));
  }

  start(): void {
    this.tell({ kind: 'joined', socketPath: `${this.id}.sock` });
    this.tell({ kind: 'started' });
  }

  end(signal: string | null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.emit('exit', 0, signal);
  }
}

let workers: FakeWorker[];
/** Whether a new worker starts by itself. */
let startsWorkers: boolean;
/** Creates the process of a worker. */
let fork: () => Worker;
const log: string[] = [];
const ignore = (): void => undefined;
const logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (line: string) => void log.push(line),
};

beforeEach(() => {
  workers = [];
  startsWorkers = true;
  log.length = 0;
  vi.spyOn(cluster, 'setupPrimary').mockReturnValue(undefined);
  fork = forkFake;
  vi.spyOn(cluster, 'fork').mockImplementation(() => fork());
});

function forkFake(): Worker {
  const worker = new FakeWorker(workers.length + 1);
  workers.push(worker);
  if (startsWorkers) queueMicrotask(() => worker.start());
  return worker as unknown as Worker;
}

async function startPool(backplane?: SharedBackplane): Promise<WorkerPool> {
  const sharing = { open: () => backplane, join: () => undefined };
  const scaleOut = backplane && (Object.assign(ignore, { sharing }) as never);
  const pool = await WorkerPool.start({
    workers: 2,
    handleSignals: false,
    logger,
    ...(scaleOut === undefined ? {} : { scaleOut }),
  });
  onTestFinished(() => pool.close());
  return pool;
}

const workerOf = (id: number): FakeWorker => workers[id - 1] as FakeWorker;

test('two restarts at once replace each worker, and their number stays the same', async () => {
  const pool = await startPool();
  await Promise.all([pool.restart(), pool.restart()]);
  expect(pool.workers).toEqual([3, 4]);
});

test('a worker that crashes during a restart is not replaced twice', async () => {
  const pool = await startPool();
  startsWorkers = false;
  const restarted = pool.restart();
  await expect.poll(() => workers.length).toBe(3);
  workerOf(1).end('SIGSEGV'); // while its successor starts
  workerOf(2).end('SIGSEGV'); // before its turn
  await expect.poll(() => workers.length).toBe(4);
  workerOf(4).start();
  workerOf(3).start();
  await restarted;
  expect(pool.workers).toEqual([3, 4]);
  expect(log).toHaveLength(2);
});

test('a worker that crashes while its successor cannot start is replaced', async () => {
  const pool = await startPool();
  startsWorkers = false;
  const restarted = pool.restart();
  await expect.poll(() => workers.length).toBe(3);
  workerOf(1).end('SIGSEGV');
  workerOf(3).end('SIGSEGV');
  await expect(restarted).rejects.toThrow('SIGSEGV');
  await expect.poll(() => pool.workers).toEqual([2, 4]);
});

test('a worker whose process cannot be created is tried again', async () => {
  const pool = await startPool();
  const failures = [
    // Node reports most errors of the system as an event, and some of them by throwing.
    (): unknown => {
      const worker = new FakeWorker(9);
      worker.process.pid = undefined;
      queueMicrotask(() => worker.emit('error', new Error('spawn node EAGAIN')));
      return worker;
    },
    (): never => {
      throw new Error('spawn ENOMEM');
    },
  ];
  fork = () => (failures.shift() ?? forkFake)() as Worker;
  workerOf(1).emit('error', new Error('kill EPERM')); // its process runs
  workerOf(1).end('SIGSEGV');
  await expect.poll(() => pool.workers).toEqual([2, 3]);
  expect(failures).toEqual([]);
  expect(log.filter((line) => line.includes('could not start'))).toHaveLength(2);
  fork = () => {
    throw new Error('spawn ENOMEM');
  };
  await expect(pool.restart()).rejects.toThrow('ENOMEM');
  expect(pool.workers).toEqual([2, 3]);
});

test('a pool that closes during a restart stops all workers, and both promises resolve', async () => {
  const pool = await startPool();
  startsWorkers = false;
  const restarted = pool.restart();
  await expect.poll(() => workers.length).toBe(3);
  await Promise.all([pool.close(), pool.close(), restarted]);
  expect(pool.workers).toEqual([]);
  expect(workers).toHaveLength(3);
});

const TEXT = 'x'.repeat(1024 * 1024);
const completion = { type: 3, invocationId: 'i', hasResult: true, result: TEXT };
test.each<[string, WorkerMessage]>([
  [
    'results of clients',
    { type: 'result', connectionId: 'c', invocationId: 'i', completion: completion as never },
  ],
  [
    'group commands',
    {
      type: 'query',
      id: 1,
      connectionId: 'c',
      command: { kind: 'addToGroup', group: TEXT },
    },
  ],
  [
    'lists of names',
    { type: 'send', target: { kind: 'users', names: [TEXT] }, excludedIds: [], encoded: new Map() },
  ],
  [
    'payloads',
    {
      type: 'send',
      target: { kind: 'all' },
      excludedIds: [],
      encoded: new Map([['json', new Uint8Array(TEXT.length)]]),
    },
  ],
])('a worker for which too many %s wait is killed and replaced', async (_what, message) => {
  const pool = await startPool();
  workerOf(2).reads = false;
  const count = Math.ceil(MAXIMUM_WAITING_BYTES / TEXT.length);
  for (let i = 0; i <= count; i++)
    workerOf(1).tell({ kind: 'relay', worker: undefined, hubName: 'Hub', message });
  expect(workerOf(2).hasEnded).toBe(true);
  await expect.poll(() => pool.workers).toEqual([1, 3]);
});

test('small messages of a backplane count, and a worker that has ended is not added', async () => {
  const ports = new Set<WorkerPort>();
  const pool = await startPool({
    addWorker(port) {
      ports.add(port);
      return () => ports.delete(port);
    },
    close: () => Promise.resolve(),
  });
  const [, port] = ports;
  workerOf(2).reads = false;
  const messages = Array.from({ length: 1000 }, () => 'x'.repeat(100));
  for (let i = 0; i < MAXIMUM_WAITING_BYTES / 100_000; i++) port?.send({ messages });
  await expect.poll(() => pool.workers).toEqual([1, 3]);
  await expect.poll(() => ports.size).toBe(2);
  workerOf(3).end('SIGSEGV');
  workerOf(3).tell({ kind: 'joined', socketPath: '3.sock' });
  expect(ports.size).toBe(1);
});
