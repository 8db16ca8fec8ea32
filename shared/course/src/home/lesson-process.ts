import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { entryOf, nodeArguments, RESTART } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import type { LessonState, LessonStatus } from './home-contract.ts';
import { LessonLog } from './lesson-log.ts';

/** The number of lines of the log that a failed lesson shows. */
const LAST_LINES = 12;
/**
 * Matches stack frames of Node or a package, which would displace the error from the last lines.
 */
const foreignStep = /^\s+at .*(?:\bnode:|[\\/]node_modules[\\/])/;
/** Milliseconds that a lesson has to shut down before it is killed. */
const SHUTDOWN_TIMEOUT = 3000;

/** The environment before Vite's build sets NODE_ENV, which must not reach a lesson. */
const environment = { ...process.env, COURSE_HOME_PID: String(process.pid) };
const windows = process.platform === 'win32';
const endWithHome = new URL(`./end-with-home${import.meta.url.slice(-3)}`, import.meta.url).href;

/** A lesson as a child process of the course home. Emits `change` when its state changes. */
export class LessonProcess extends EventEmitter<{ change: [] }> {
  readonly log = new LessonLog();
  readonly #number: number;
  readonly #folder: string;
  readonly #port: number;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #state: LessonState = 'stopped';
  #reason = '';

  /** `home` is the port of the home. The page of the lesson links to it. */
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
    const lines =
      this.#state === 'failed' ? this.log.lines.filter((line) => !foreignStep.test(line)) : [];
    const lastLines = lines.slice(-LAST_LINES);
    return {
      number: this.#number,
      state: this.#state,
      port: this.#port,
      reason: this.#reason,
      lastLines,
    };
  }

  /** Starts the lesson. Does nothing if it is running. */
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
        // The lesson gets its own process group: Ctrl-C reaches only the home, which then stops the
        // lesson, and all processes of the lesson can be killed together.
        detached: !windows,
        windowsHide: true,
      },
    );
    this.#child = child;
    child.stdin.on('error', () => undefined); // the process has exited
    this.log.read(child.stdout, (line) => {
      // The first line of a lesson says that it can be opened.
      const ready = line.startsWith('Lesson') && line.includes(`:${this.#port}`);
      if (ready && this.#state === 'starting') this.#become('running');
    });
    this.log.read(child.stderr);
    child.on('error', (error) => this.log.add(error.message));
    // Processes that the lesson has left behind would keep its output open.
    child.on('exit', () => killGroup(child));
    child.on('close', (code, signal) => this.#ended(code, signal));
    this.#become('starting');
  }

  /** Stops the lesson and its processes. Resolves when all of them have exited. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) {
      if (this.#state === 'failed') this.#become('stopped');
      return;
    }
    const ended = once(child, 'close');
    if (this.#state !== 'stopping') {
      this.#become('stopping');
      child.stdin?.end(); // end-with-home.ts shuts the lesson down
      const force = setTimeout(() => killGroup(child), SHUTDOWN_TIMEOUT);
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

/** Kills a lesson and every process that it has started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All processes have exited.
  }
}
