import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { watchForEdit } from './watch-for-edit.ts';

/** The exit code of a lesson whose server code was edited. It must be started again. */
export const RESTART = 75;

/** The argument that serves the built page with the built packages. */
export const PRODUCTION = '--production';

/** The option that lets Node run TypeScript. */
const typescript = `--import=${new URL('../../typescript/register.js', import.meta.url).href}`;

/** The arguments with which Node runs TypeScript from the sources of the workspace. */
export const nodeArguments = ['--conditions=@practical-signalr/source', typescript];

/**
 * Returns the file that starts the lesson in `folder`: its server, or the start of all its servers.
 */
export const entryOf = (folder: string): string =>
  existsSync(`${folder}/server/start.ts`) ? 'server/start.ts' : 'server/main.ts';

/**
 * Runs the lesson in `folder` until it stops, and starts it again after each edit of its server
 * code. If an edit has an error, waits for the next one. Returns the exit code. `args` are
 * arguments of the lesson, for example `--production`.
 */
export async function runLesson(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const production = args.includes(PRODUCTION);
  const options = production ? [typescript] : nodeArguments;
  const environment = production ? { NODE_ENV: 'production', ...env } : env;
  const command = [...options, entryOf(folder), ...args];
  let code = await runOnce(command, folder, environment);
  while (code === RESTART) {
    const editing = watchForEdit(folder);
    code = await runOnce(command, folder, environment);
    if (code === 1) {
      console.error('The lesson does not run. Correct its code: it starts again after an edit.');
      await editing.edited;
      code = RESTART;
    }
    editing.stop();
  }
  return code;
}

/** Runs the lesson once. Returns its exit code; like a shell, 128 and the signal that killed it. */
async function runOnce(
  command: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(process.execPath, command, { cwd, env, stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to the lesson too. The lesson must not get it twice.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, forward);
  return code ?? 128 + constants.signals[signal];
}
