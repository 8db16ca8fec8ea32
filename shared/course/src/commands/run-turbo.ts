import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../lessons/sections.ts';
import { packageCommand } from './package-command.ts';

/**
 * Runs turbo in the root of the repository and returns its exit code. Locally, turbo skips tasks
 * whose inputs have not changed. In CI (`CI` is set), every task runs. Telemetry is off.
 */
export async function runTurbo(args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const force = process.env['CI'] === undefined ? [] : ['--force'];
  const turbo = [packageCommand('turbo', 'turbo'), 'run', ...args, ...force];
  const child = spawn(process.execPath, turbo, {
    cwd: root,
    env: { ...process.env, ...env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
