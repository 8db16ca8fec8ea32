import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@practical-signalr/lesson-kit';
import { errorTexts } from '../error-texts.ts';
import { killAtExit } from './child-processes.ts';
import { listensOn } from './listens-on.ts';

/** How long a server may take to listen. */
const START_TIMEOUT_MS = 20_000;
/** How long a server may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 3000;
/** How often a server is started if another process has taken its port. */
const MAX_STARTS = 5;
/** How much of the output of a server is kept for error messages. */
const MAX_OUTPUT_LENGTH = 2000;
/** What Node, .NET and Redis print if the port is in use. */
const PORT_IN_USE = /EADDRINUSE|address already in use/i;
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
   * Starts a command and waits until it listens. If another process has taken the port in the
   * meantime, starts it again on another one.
   * @throws Error with the output of the command, if it exits or does not listen in time
   */
  static async start(
    createCommand: (port: number) => readonly string[],
    core: number | undefined,
    findPort: () => Promise<number> = freePort,
  ): Promise<ServerProcess> {
    for (let attempt = 1; ; attempt++) {
      const port = await findPort();
      try {
        return await ServerProcess.#startOnPort(port, pinToCore(createCommand(port), core));
      } catch (error) {
        if (!PORT_IN_USE.test((error as Error).message) || attempt === MAX_STARTS) throw error;
      }
    }
  }

  static async #startOnPort(port: number, command: readonly string[]): Promise<ServerProcess> {
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    });
    killAtExit(child);
    const output = collectOutput(child);
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', reject);
      // The output is complete when the pipes have closed.
      child.once('close', () => reject(new Error(errorTexts.serverExited(output()))));
    });
    failed.catch(() => undefined);
    const server = new ServerProcess(port, child);
    try {
      await Promise.race([server.#waitUntilListening(output), failed]);
      if (!server.isRunning) await failed;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return server;
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

  /**
   * Waits until the process listens or exits. A connection would not show which process listens:
   * another one can have taken the port.
   */
  async #waitUntilListening(output: () => string): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS;
    while (this.isRunning && !listensOn(this.pid, this.port)) {
      if (performance.now() > end) throw new Error(errorTexts.serverNotListening(output()));
      await delay(50);
    }
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
