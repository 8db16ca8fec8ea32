import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { errors } from '../errors.ts';

/** One of several server processes behind a balancer. */
export interface Instance {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has exited for any reason. */
  readonly ended: Promise<unknown>;
  /** Stops the process like Ctrl-C, and kills it after `timeout` ms (default: 2,000). */
  close(timeout?: number): Promise<void>;
  /** Kills the process, like a crash. */
  kill(): Promise<void>;
}

/** The number of lines in the error if a process exits before it is ready. */
const KEPT_LINES = 20;
/** Milliseconds that a process has to shut down before it is killed. */
const SHUTDOWN_TIMEOUT = 2000;

/**
 * Waits until a process reports its address, and prints its output after its name.
 * @param address returns the address from a line of the output or an IPC message, or undefined.
 */
export async function instanceOf(
  name: string,
  child: ChildProcess,
  address: (output: unknown) => string | undefined,
): Promise<Instance> {
  const ended = once(child, 'exit').catch(() => undefined);
  // A process that disconnects from its parent is shutting down. Its time is limited.
  child.once('disconnect', () => {
    const force = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_TIMEOUT);
    void ended.then(() => clearTimeout(force));
  });
  const lines: string[] = [];
  let closing = false;
  const url = await new Promise<string>((resolve, reject) => {
    const readAddress = (text: unknown): void => {
      const found = address(text);
      if (found !== undefined) resolve(found);
    };
    child.on('message', readAddress);
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on('line', (line) => {
        readAddress(line);
        lines.push(line);
        lines.splice(0, lines.length - KEPT_LINES);
        if (!closing) console.log(`[${name}] ${line}`);
      });
    }
    child.once('error', reject);
    child.once('exit', () => reject(errors.instanceStopped(name, lines.join('\n'))));
  });
  return {
    name,
    url,
    pid: child.pid as number,
    ended,
    async close(timeout = SHUTDOWN_TIMEOUT) {
      closing = true;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), timeout);
      await ended;
      clearTimeout(force);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
