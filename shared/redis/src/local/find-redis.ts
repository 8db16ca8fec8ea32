import { type RedisServerProcess, startRedisServer } from './redis-server-process.ts';
import { type InProcessBroker, startInProcessBroker } from './in-process-broker.ts';

/** A Redis for development. */
export interface FoundRedis {
  readonly url: string;
  /**
   * `given`: the Redis of REDIS_URL. `redis-server`: one that was started. `in-process`: a
   * substitute that is not a Redis.
   */
  readonly kind: 'given' | 'redis-server' | 'in-process';
  /** A description for the user, without a password. */
  readonly description: string;
  /** Stops the Redis if `findRedis` started it. */
  close(): Promise<void>;
  /**
   * Starts it again after `close`, on the same port. Undefined if the Redis is the one of
   * REDIS_URL.
   */
  start?(): Promise<void>;
}

/**
 * Returns a Redis for development: the one of the environment variable `REDIS_URL`; otherwise a
 * `redis-server` from the PATH, started on a free port; otherwise an in-process substitute. Do not
 * use it in production: pass the URL of your Redis instead.
 * @example
 * const local = await findRedis();
 * console.log(local.description);
 * const signalr = new SignalRServer({ scaleOut: redis({ url: local.url }) });
 */
export async function findRedis(environment: NodeJS.ProcessEnv = process.env): Promise<FoundRedis> {
  const url = environment['REDIS_URL'];
  if (url !== undefined && url !== '') {
    return {
      url,
      kind: 'given',
      description: 'The Redis of REDIS_URL',
      close: () => Promise.resolve(),
    };
  }
  const server = await tryStartServer(environment);
  if (server !== undefined) {
    const description = `A redis-server, started on port ${server.port}`;
    return restartable('redis-server', description, server, () =>
      startRedisServer({ port: server.port }),
    );
  }
  const broker = await startInProcessBroker();
  const description = `No redis-server on this machine: an in-process substitute for Redis on port ${broker.port}, for development only`;
  return restartable('in-process', description, broker, () => startInProcessBroker(broker.port));
}

function restartable(
  kind: FoundRedis['kind'],
  description: string,
  first: RedisServerProcess | InProcessBroker,
  restart: () => Promise<RedisServerProcess | InProcessBroker>,
): FoundRedis {
  let running: typeof first | undefined = first;
  let lastStep = Promise.resolve();
  // Steps run one after the other, because a start fails while the port is still in use.
  const runInOrder = (step: () => Promise<void>): Promise<void> => {
    const done = lastStep.then(step);
    lastStep = done.catch(() => undefined);
    return done;
  };
  return {
    url: first.url,
    kind,
    description,
    close: () =>
      runInOrder(async () => {
        const server = running;
        running = undefined;
        await server?.close();
      }),
    start: () =>
      runInOrder(async () => {
        running ??= await restart();
      }),
  };
}

/** Starts a `redis-server`. Returns undefined if none is installed. */
async function tryStartServer(
  environment: NodeJS.ProcessEnv,
): Promise<RedisServerProcess | undefined> {
  try {
    return await startRedisServer({ path: environment['PATH'] ?? '' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
