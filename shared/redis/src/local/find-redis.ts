import { type RedisServerProcess, startRedisServer } from './redis-server-process.ts';
import { type InProcessBroker, startInProcessBroker } from './in-process-broker.ts';

/** A Redis to develop with. */
export interface FoundRedis {
  readonly url: string;
  /** `given` by REDIS_URL, a `redis-server` that was started, or a `stand-in` that is no Redis. */
  readonly kind: 'given' | 'redis-server' | 'in-process';
  /** What to tell the user, without a password. */
  readonly description: string;
  /** Ends what was started. */
  close(): Promise<void>;
  /** Starts it again after `close`, on the same port; absent where the Redis was given. */
  start?(): Promise<void>;
}

/**
 * A Redis for development: the one of `REDIS_URL`, else a `redis-server` of the PATH that is started on a free port, else a small
 * broker in this process. Production names its Redis itself.
 * @example
 * const found = await findRedis();
 * console.log(found.description);
 * const signalr = new SignalRServer({ scaleOut: redis({ url: found.url }) });
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
  const server = await startedServer(environment);
  if (server !== undefined) {
    const description = `A redis-server, started on port ${server.port}`;
    return startable('redis-server', description, server, () =>
      startRedisServer({ port: server.port }),
    );
  }
  const broker = await startInProcessBroker();
  const description = `No redis-server on this machine: an in-process substitute for Redis on port ${broker.port}, for development only`;
  return startable('in-process', description, broker, () => startInProcessBroker(broker.port));
}

function startable(
  kind: FoundRedis['kind'],
  description: string,
  first: RedisServerProcess | InProcessBroker,
  again: () => Promise<RedisServerProcess | InProcessBroker>,
): FoundRedis {
  let running: typeof first | undefined = first;
  let turn = Promise.resolve();
  // One after the other: a second one would find the port taken by the first, which is still on its way.
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const done = turn.then(step);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    url: first.url,
    kind,
    description,
    close: () =>
      inTurn(async () => {
        const ended = running;
        running = undefined;
        await ended?.close();
      }),
    start: () =>
      inTurn(async () => {
        running ??= await again();
      }),
  };
}

async function startedServer(
  environment: NodeJS.ProcessEnv,
): Promise<RedisServerProcess | undefined> {
  try {
    return await startRedisServer({ path: environment['PATH'] ?? '' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
