import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '@practical-signalr/lesson-kit';

/** A server in a process that a test can kill. */
export interface CrashingServer {
  readonly process: ChildProcess;
  readonly port: number;
}

const file = fileURLToPath(new URL('crash-server-command.ts', import.meta.url));

/** Starts a server on a free port. */
export async function startCrashingServer(redisUrl: string): Promise<CrashingServer> {
  const child = fork(file, [redisUrl], { execArgv: nodeArguments });
  const [port] = (await once(child, 'message')) as [number];
  return { process: child, port };
}
