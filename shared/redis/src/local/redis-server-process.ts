import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { errors } from '../errors.ts';
import { atExit } from './at-exit.ts';

/** A redis-server on 127.0.0.1 that this process has started. */
export interface RedisServerProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

/** Options of {@link startRedisServer}. */
export interface RedisServerProcessOptions {
  /** The port. Default: a free one from 11000 to 21999. */
  readonly port?: number;
  /** Additional arguments for redis-server, for example `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
  /**
   * The folders to search for redis-server, in the format of the environment variable PATH.
   * Default: that variable.
   */
  readonly path?: string;
  /**
   * Paths of PEM files. If set, the server accepts TLS only and requires client certificates that
   * `ca` has signed.
   */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The path of a Sentinel configuration file. If set, a Sentinel starts instead of a server. */
  readonly sentinel?: string;
}

/**
 * Starts the `redis-server` from the PATH on 127.0.0.1 for development. It stores nothing
 * permanently. Rejects with the code `ENOENT` if no `redis-server` is installed, and with
 * `ERR_SIGNALR_REDIS_SERVER_STOPPED` if it stops early.
 * @example
 * const server = await startRedisServer();
 * const signalr = new SignalRServer({ scaleOut: redis({ url: server.url }) });
 */
export async function startRedisServer(
  options: RedisServerProcessOptions = {},
): Promise<RedisServerProcess> {
  if (options.port !== undefined) return startOnPort(options.port, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnPort(randomPort(), options);
    } catch (error) {
      // A redis-server stops early if its port is in use, so another one is tried.
      const hasStopped =
        (error as NodeJS.ErrnoException).code === 'ERR_SIGNALR_REDIS_SERVER_STOPPED';
      if (!hasStopped || attempt === 5) throw error;
    }
  }
}

/**
 * Returns a port below 32768. Operating systems assign higher ports to outgoing connections and to
 * servers on port 0. A lower port stays free while a redis-server restarts, and so does the port
 * 10,000 above it, which Redis Cluster uses.
 */
const randomPort = (): number => randomInt(11_000, 22_000);

async function startOnPort(
  port: number,
  options: RedisServerProcessOptions,
): Promise<RedisServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'practical-signalr-redis-'));
  const { tls } = options;
  const common = [
    ...(tls === undefined ? ['--port', `${port}`] : tlsArguments(port, tls)),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
  ];
  const kind =
    options.sentinel === undefined ? ['--save', '', '--appendonly', 'no'] : ['--sentinel'];
  const file = options.sentinel === undefined ? [] : [options.sentinel];
  const child = spawn('redis-server', [...file, ...common, ...kind, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...(options.path === undefined ? {} : { PATH: options.path }) },
  });
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  // A redis-server that outlives this process would block its port for the next start.
  const endCleanUp = atExit(() => {
    child.kill('SIGKILL');
    removeFolder();
  });
  const stopped = once(child, 'exit').catch(() => undefined);
  const close = async (): Promise<void> => {
    endCleanUp();
    child.kill('SIGTERM');
    await stopped;
    removeFolder();
  };
  try {
    await waitUntilReady(child);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    pid: child.pid as number,
    close,
  };
}

const tlsArguments = (
  port: number,
  { ca, cert, key }: NonNullable<RedisServerProcessOptions['tls']>,
): string[] =>
  ['--port', '0', '--tls-port', `${port}`].concat(
    '--tls-ca-cert-file',
    ca,
    '--tls-cert-file',
    cert,
    '--tls-key-file',
    key,
  );

/**
 * Resolves when redis-server reports on its output that it is ready. Keeps reading, so that the
 * output never blocks the server.
 */
async function waitUntilReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(errors.redisServerStopped()));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (/Ready to accept connections|\+monitor master/.test(line)) resolve();
    });
  });
}
