import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProcess } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';

const script = fileURLToPath(new URL('cluster-server.ts', import.meta.url));
const flags = ['--conditions=@practical-signalr/source', '--import=tsx'];
/** The clock ticks of /proc in one second. */
const TICKS_PER_SECOND = 100;
/** The smallest CPU time that can be measured, in ms. */
export const CPU_RESOLUTION = 1000 / TICKS_PER_SECOND;

/** A running application with workers. */
export class ClusterProcess {
  readonly url: string;
  readonly workers: number;
  readonly #child: ChildProcess;
  readonly #pids: readonly number[];

  private constructor(child: ChildProcess, workers: number, port: string, pids: readonly number[]) {
    this.#child = child;
    this.#pids = pids;
    this.workers = workers;
    this.url = `ws://127.0.0.1:${port}/bench`;
  }

  /** Starts workers. Resolves when all accept connections. */
  static async start(workers: number): Promise<ClusterProcess> {
    const child = spawn(process.execPath, [...flags, script, String(workers)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const pids: number[] = [];
    let port = '';
    for await (const line of createInterface({ input: child.stdout! })) {
      const [kind, pid, listening] = line.split(' ');
      pids.push(Number(pid));
      port = listening ?? port;
      if (kind === 'primary') return new ClusterProcess(child, workers, port, pids);
    }
    throw new Error(errorTexts.serverExited(''));
  }

  /** Returns the CPU time of all processes, in ms. */
  readCpu(): number {
    return this.#pids.reduce((sum, pid) => sum + readTicks(pid), 0) * CPU_RESOLUTION;
  }

  close(): Promise<void> {
    return endProcess(this.#child);
  }
}

/** Returns the CPU time of a process, of the user and of the system. */
function readTicks(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const values = fields.split(' ').map(Number);
  return (values[11] as number) + (values[12] as number);
}
