import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '@practical-signalr/lesson-kit';

/** A server in a process that a test can kill. */
export interface CrashingServer {
  readonly port: number;
  /** Kills the process. Resolves when it has exited. */
  close(): Promise<void>;
}

const file = fileURLToPath(new URL('crash-server-command.ts', import.meta.url));

/** Starts a server on a free port. */
export async function startCrashingServer(redisUrl: string): Promise<CrashingServer> {
  const child = fork(file, [redisUrl], { execArgv: nodeArguments });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const controller = new AbortController();
  void exited.then(() => controller.abort());
  try {
    const [port] = (await once(child, 'message', { signal: controller.signal })) as [number];
    return { port, close: () => killProcess(child, exited) };
  } catch (error) {
    await killProcess(child, exited);
    throw new Error('The server of the crash test has exited before it listened.', {
      cause: error,
    });
  }
}

async function killProcess(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  // A process that could not be started does not exit.
  if (child.pid !== undefined) await exited;
}
