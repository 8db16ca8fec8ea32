import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProcess } from '@practical-signalr/lesson-kit';
import { type ModelRules, transports } from '../model.ts';
import type { World } from '../world.ts';

/**
 * Two workers of one program that share a port. The model does not kill them: Node's cluster module
 * never answers a connection that it hands to a worker at the moment of its crash.
 */
export class ClusterWorld implements World {
  readonly name = 'cluster';
  /** Messages of one worker to one target stay in order. */
  readonly rules: ModelRules = {
    isExact: false,
    orderKey: ({ server }, target) => `${server} ${target}`,
  };
  readonly maximumEvents = { kill: 0, handOver: 0, restart: 0 };
  readonly transports = transports;
  readonly isStateful = true;
  readonly hasClock = false;
  readonly continuesStreams = false;
  readonly #program: ChildProcess;
  readonly #port: number;

  private constructor(program: ChildProcess, port: number) {
    this.#program = program;
    this.#port = port;
  }

  static async start(): Promise<ClusterWorld> {
    const file = fileURLToPath(new URL('cluster-process.ts', import.meta.url));
    const flags = ['--conditions=@practical-signalr/source', '--import=tsx'];
    const program = spawn(process.execPath, [...flags, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let port = 0;
    for await (const line of createInterface({ input: program.stdout })) {
      if (line.startsWith('port ')) port = Number(line.slice('port '.length));
      if (line === 'ready') return new ClusterWorld(program, port);
    }
    throw new Error('The program with the workers has exited before they were ready.');
  }

  portOf(): number {
    return this.#port;
  }

  continues(): boolean {
    return false;
  }

  /** Not called, because `maximumEvents` allows no event. */
  async end(): Promise<void> {
    throw new Error('The model does not end workers.');
  }

  close(): Promise<void> {
    return endProcess(this.#program, () => this.#program.stdin?.end());
  }
}
