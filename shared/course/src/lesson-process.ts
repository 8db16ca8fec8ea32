import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { entryOf, nodeArguments, RESTART } from '@practical-signalr/lesson-kit';

/** Lines of a lesson's output that are kept for the page. */
const KEPT_LINES = 200;

export type LessonState = 'stopped' | 'starting' | 'running' | 'failed';

/** One lesson as a child of the course home; it ends with the home at the latest. */
export class LessonProcess {
  readonly #folder: string;
  readonly #port: number;
  readonly log: string[] = [];
  #child: ChildProcess | undefined;
  #state: LessonState = 'stopped';

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  get state(): LessonState {
    return this.#state;
  }

  start(): void {
    if (this.#child !== undefined) return;
    this.log.length = 0;
    this.#state = 'starting';
    const child = spawn(process.execPath, [...nodeArguments, entryOf(this.#folder)], {
      cwd: this.#folder,
      env: { ...process.env, PORT: String(this.#port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (chunk: Buffer): void => {
      this.log.push(...chunk.toString('utf8').split(/\r?\n/).filter(Boolean));
      this.log.splice(0, this.log.length - KEPT_LINES);
      // The first line of a lesson says that it can be opened.
      if (
        this.#state === 'starting' &&
        this.log.some((line) => line.includes(`:${this.#port}`) && line.startsWith('Lesson'))
      ) {
        this.#state = 'running';
      }
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => this.log.push(error.message));
    child.on('close', () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#state = 'failed';
      if (child.exitCode === RESTART) this.start();
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#state = 'stopped';
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(force);
  }
}
