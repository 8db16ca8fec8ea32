import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorTexts } from '../error-texts.ts';

/** A redis-server that this process has started on 127.0.0.1. */
export interface RedisServerProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it and removes what it has written. */
  close(): Promise<void>;
}

/** Options of {@link startRedisServer}. */
export interface RedisServerProcessOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Further arguments of redis-server, for example `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
  /** Where redis-server is looked for, as in the variable PATH. Default: that variable. */
  readonly path?: string;
  /** Files in PEM: then it speaks TLS only, and wants a certificate of every client that `ca` has signed. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** A configuration file of Sentinel: then it is a Sentinel that starts. */
  readonly sentinel?: string;
}

/**
 * Starts the `redis-server` of the PATH for development: on 127.0.0.1, without files to keep. Rejects where there is none.
 * @example
 * const server = await startRedisServer();
 * const signalr = new SignalRServer({ scaleOut: redis({ url: server.url }) });
 */
export async function startRedisServer(
  options: RedisServerProcessOptions = {},
): Promise<RedisServerProcess> {
  const port = options.port ?? (await freePort());
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
  // A redis-server that outlives us would hold the port for the next start.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const gone = once(child, 'exit').catch(() => undefined);
  const close = async (): Promise<void> => {
    process.removeListener('exit', end);
    child.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(child);
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

/** Redis says so on its output, which has to be read on so that it never blocks. */
async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(errorTexts.noRedisServer)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (/Ready to accept connections|\+monitor master/.test(line)) resolve();
    });
  });
}

/** Asked of the system; nobody else takes it within the next moments. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
