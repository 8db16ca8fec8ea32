import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

/** Exit code of a lesson whose server code was edited: who started it starts it again. */
export const RESTART = 75;

/** The argument that serves the built page with the built packages. */
export const PRODUCTION = '--production';

/** What Node needs to run TypeScript from the workspace's sources. */
export const nodeArguments = ['--conditions=@practical-signalr/source', '--import=tsx'];

/** What starts the lesson in `folder`: its server, or where it has several what starts them all. */
export const entryOf = (folder: string): string =>
  existsSync(`${folder}/server/start.ts`) ? 'server/start.ts' : 'server/main.ts';

/**
 * Runs the lesson in `folder` until it ends, again after each edit of its server code; the exit code.
 * `args` are the lesson's own, for example `--production`.
 */
export async function runLesson(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const production = args.includes(PRODUCTION);
  const options = production ? ['--import=tsx'] : nodeArguments;
  const environment = production ? { NODE_ENV: 'production', ...env } : env;
  for (;;) {
    const child = spawn(process.execPath, [...options, entryOf(folder), ...args], {
      cwd: folder,
      env: environment,
      stdio: 'inherit',
    });
    // A terminal sends Ctrl-C to both; a signal to this process alone is passed on.
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
    const [code] = (await once(child, 'exit')) as [number | null];
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, pass);
    if (code !== RESTART) return code ?? 0;
  }
}
