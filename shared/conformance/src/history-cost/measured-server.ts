import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endProcess, nodeArguments } from '@practical-signalr/lesson-kit';

/** A server of the benchmark in a process of its own. */
export interface MeasuredServer {
  readonly port: number;
  /** Returns the CPU time that the process has used, in ms. */
  cpuTime(): Promise<number>;
  close(): Promise<void>;
}

const file = fileURLToPath(new URL('broadcast-server-command.ts', import.meta.url));

/** Starts a server that uses a Redis, with or without a history. */
export async function startMeasuredServer(
  redisUrl: string,
  hasHistory: boolean,
): Promise<MeasuredServer> {
  const args = [redisUrl, ...(hasHistory ? ['history'] : [])];
  const child = fork(file, args, { execArgv: nodeArguments });
  const { port } = (await nextMessage(child)) as { port: number };
  return {
    port,
    async cpuTime() {
      const reply = nextMessage(child);
      child.send('cpuTime');
      return ((await reply) as { cpuTime: number }).cpuTime;
    },
    close: () => endProcess(child),
  };
}

/** Resolves with the next message of the process. Rejects if the process exits first. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const exited = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The server exited with ${String(code)}.`);
  });
  const message = once(child, 'message', { signal }).then(([value]: unknown[]) => value);
  try {
    return await Promise.race([message, exited]);
  } finally {
    exited.catch(() => undefined);
    message.catch(() => undefined);
    controller.abort();
  }
}
