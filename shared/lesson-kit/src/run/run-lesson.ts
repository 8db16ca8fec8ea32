import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

/** The exit code of a lesson whose server code was edited. It must be started again. */
export const RESTART = 75;

/** The argument that serves the built page with the built packages. */
export const PRODUCTION = '--production';

/** The address of tsx. Node resolves a bare name from the folder where the process runs. */
const typescript = `--import=${import.meta.resolve('tsx')}`;

/** The arguments with which Node runs TypeScript from the sources of the workspace. */
export const nodeArguments = ['--conditions=@practical-signalr/source', typescript];

/**
 * Returns the file that starts the lesson in `folder`: its server, or the start of all its servers.
 */
export const entryOf = (folder: string): string =>
  existsSync(`${folder}/server/start.ts`) ? 'server/start.ts' : 'server/main.ts';

/**
 * Runs the lesson in `folder` until it stops, and starts it again after each edit of its server
 * code. Returns the exit code. `args` are arguments of the lesson, for example `--production`.
 */
export async function runLesson(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const production = args.includes(PRODUCTION);
  const options = production ? [typescript] : nodeArguments;
  const environment = production ? { NODE_ENV: 'production', ...env } : env;
  for (;;) {
    const child = spawn(process.execPath, [...options, entryOf(folder), ...args], {
      cwd: folder,
      env: environment,
      stdio: 'inherit',
    });
    // A terminal sends Ctrl-C to both processes. Other signals must be forwarded to the lesson.
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
    const [code] = (await once(child, 'exit')) as [number | null];
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, forward);
    if (code !== RESTART) return code ?? 0;
  }
}
