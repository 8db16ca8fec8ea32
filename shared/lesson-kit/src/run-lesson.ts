import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Exit code of a lesson whose server code was edited: who started it starts it again. */
export const RESTART = 75;

/** What Node needs to run TypeScript from the workspace's sources. */
export const nodeArguments = ['--conditions=@practical-signalr/source', '--import=tsx'];

/** Runs the lesson in `folder` until it ends, again after each edit of its server code; the exit code. */
export async function runLesson(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  for (;;) {
    const child = spawn(process.execPath, [...nodeArguments, 'server/main.ts'], { cwd: folder, env, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; a signal to this process alone is passed on.
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
    const [code] = (await once(child, 'exit')) as [number | null];
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, pass);
    if (code !== RESTART) return code ?? 0;
  }
}
