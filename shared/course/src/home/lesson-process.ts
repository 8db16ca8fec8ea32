import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { entryOf, nodeArguments, RESTART } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import type { LessonState, LessonStatus } from './home-contract.ts';
import { LessonLog } from './lesson-log.ts';

/** Lines that a failed lesson shows of its log. */
const LAST_LINES = 12;
/** A step of a stack trace through Node or a package: a dozen of them would push the error itself out of the last lines. */
const foreignStep = /^\s+at .*(?:\bnode:|[\\/]node_modules[\\/])/;
/** Milliseconds that a lesson has to end by itself. */
const PATIENCE = 3000;

/** As the home was started: Vite's build, which makes its page, sets NODE_ENV, and a lesson must not find it. */
const environment = { ...process.env, COURSE_HOME_PID: String(process.pid) };
const windows = process.platform === 'win32';
const endWithHome = new URL(`./end-with-home${import.meta.url.slice(-3)}`, import.meta.url).href;

/** One lesson as a child of the course home; it ends with the home at the latest. Fires `change` when its state does. */
export class LessonProcess extends EventEmitter<{ change: [] }> {
  readonly log = new LessonLog();
  readonly #number: number;
  readonly #folder: string;
  readonly #port: number;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #state: LessonState = 'stopped';
  #reason = '';

  /** `home` is the port of the home, to which the lesson's page leads back. */
  constructor(number: number, folder: string, port: number, home?: number) {
    super();
    this.#number = number;
    this.#folder = folder;
    this.#port = port;
    this.#environment = {
      ...environment,
      ...(home === undefined ? {} : { COURSE_HOME_PORT: String(home) }),
    };
  }

  get status(): LessonStatus {
    const telling =
      this.#state === 'failed' ? this.log.lines.filter((line) => !foreignStep.test(line)) : [];
    const lastLines = telling.slice(-LAST_LINES);
    return {
      number: this.#number,
      state: this.#state,
      port: this.#port,
      reason: this.#reason,
      lastLines,
    };
  }

  /** Does nothing for a lesson that has not ended yet. */
  start(): void {
    if (this.#child !== undefined) return;
    this.log.clear();
    const child = spawn(
      process.execPath,
      [...nodeArguments, `--import=${endWithHome}`, entryOf(this.#folder)],
      {
        cwd: this.#folder,
        env: { ...this.#environment, PORT: String(this.#port) },
        stdio: ['pipe', 'pipe', 'pipe'],
        // A group of its own: Ctrl-C reaches the home, which then ends the lesson, and what the lesson has started can be found.
        detached: !windows,
        windowsHide: true,
      },
    );
    this.#child = child;
    child.stdin.on('error', () => undefined); // it ended first
    this.log.read(child.stdout, (line) => {
      // The first line of a lesson says that it can be opened.
      const ready = line.startsWith('Lesson') && line.includes(`:${this.#port}`);
      if (ready && this.#state === 'starting') this.#become('running');
    });
    this.log.read(child.stderr);
    child.on('error', (error) => this.log.add(error.message));
    child.on('exit', () => killGroup(child)); // what it has left behind holds its output open
    child.on('close', (code, signal) => this.#ended(code, signal));
    this.#become('starting');
  }

  /** Ends the lesson and all that it has started; resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) {
      if (this.#state === 'failed') this.#become('stopped');
      return;
    }
    const ended = once(child, 'close');
    if (this.#state !== 'stopping') {
      this.#become('stopping');
      child.stdin?.end(); // end-with-home.ts hears it
      const force = setTimeout(() => killGroup(child), PATIENCE);
      child.once('close', () => clearTimeout(force));
    }
    await ended;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#state === 'stopping') return this.#become('stopped');
    if (code === RESTART) return this.start();
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const wasReady = this.#state === 'running';
    this.#become(
      'failed',
      (wasReady ? errorTexts.lessonEnded : errorTexts.lessonNotStarted)(this.#number, how),
    );
  }

  #become(state: LessonState, reason = ''): void {
    this.#state = state;
    this.#reason = reason;
    this.emit('change');
  }
}

/** Ends a lesson and every process that it has started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (windows)
    return void spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true });
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
