import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import { killAtExit } from './child-processes.ts';

/** How long a server may take to listen. */
const START_TIMEOUT_MS = 20_000;
/** How long a server may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 3000;
/** How much of the output of a server is kept for error messages. */
const MAX_OUTPUT_LENGTH = 2000;
/** Clock ticks of 10 ms that a quiet server may use in 100 ms. */
const QUIET_TICKS = 2;
/** The longest wait for a server to become quiet. */
const MAX_SETTLE_CHECKS = 40;

/** A process that is started for the benchmark and listens on a port. */
export class ServerProcess {
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.pid = child.pid as number;
    this.#child = child;
  }

  /**
   * Starts a command and waits until it listens.
   * @throws Error with the output of the command, if it exits or does not listen in time
   */
  static async start(
    createCommand: (port: number) => readonly string[],
    core: number | undefined,
  ): Promise<ServerProcess> {
    const port = await freePort();
    const [file = '', ...args] = pinToCore(createCommand(port), core);
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    });
    killAtExit(child);
    const output = collectOutput(child);
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(errorTexts.serverExited(output()))));
    });
    try {
      await Promise.race([waitUntilListening(port, output), failed]);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    failed.catch(() => undefined);
    return new ServerProcess(port, child);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }
}

/** Returns a command that runs the given one on a core, or the given one if core is undefined. */
export const pinToCore = (
  command: readonly string[],
  core: number | undefined,
): readonly string[] =>
  core === undefined ? command : ['taskset', '-c', String(core), ...command];

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-MAX_OUTPUT_LENGTH);
    });
  return () => text.trim();
}

async function waitUntilListening(port: number, output: () => string): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (performance.now() > end) throw new Error(errorTexts.serverNotListening(output()));
    await delay(50);
  }
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Returns the CPU time of a process in clock ticks. */
function readTicks(pid: number): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const values = fields.split(' ').map(Number);
    return (values[11] as number) + (values[12] as number);
  } catch {
    return 0;
  }
}

/** Waits until servers are quiet, so that the next run does not pay for the end of the last. */
export async function settle(servers: readonly ServerProcess[]): Promise<void> {
  let quietChecks = 0;
  for (let check = 0; quietChecks < 2 && check < MAX_SETTLE_CHECKS; check++) {
    const before = servers.map(({ pid }) => readTicks(pid));
    await delay(100);
    const isQuiet = servers.every(
      ({ pid }, i) => readTicks(pid) - (before[i] as number) <= QUIET_TICKS,
    );
    quietChecks = isQuiet ? quietChecks + 1 : 0;
  }
}
