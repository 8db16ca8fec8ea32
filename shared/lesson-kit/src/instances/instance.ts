import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { errors } from '../errors.ts';

/** One server of several behind a balancer: a process of its own. */
export interface Instance {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Resolves when it is gone, whoever has ended it. */
  readonly ended: Promise<unknown>;
  /** Ends it as Ctrl-C does; by force after `patience` ms, 2,000 where it is not given. */
  close(patience?: number): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Lines that are told when a process ends before it is ready. */
const KEPT_LINES = 20;
/** Time in ms that a process has to end by itself. */
const PATIENCE = 2000;

/**
 * Waits until a process says where it serves, and prints what it says behind its name.
 * @param address finds the address in a line of its output or in a message of its; undefined: not yet.
 */
export async function instanceOf(
  name: string,
  child: ChildProcess,
  address: (said: unknown) => string | undefined,
): Promise<Instance> {
  const ended = once(child, 'exit').catch(() => undefined);
  // Who lets go of its parent is about to end, and has a time for it.
  child.once('disconnect', () => {
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    void ended.then(() => clearTimeout(force));
  });
  const lines: string[] = [];
  let closing = false;
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (said: unknown): void => {
      const found = address(said);
      if (found !== undefined) resolve(found);
    };
    child.on('message', hear);
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on('line', (line) => {
        hear(line);
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
    async close(patience = PATIENCE) {
      closing = true;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(force);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
