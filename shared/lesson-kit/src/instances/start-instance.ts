import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Instance, instanceOf } from './instance.ts';
import { instanceElsewhere } from './instance-elsewhere.ts';

/**
 * Starts a lesson's server/main.ts as one of several instances. `serveLesson` in the instance
 * serves no page, listens on `PORT`, and stops when this process exits for any reason. If
 * `INSTANCES` is set, the instances run elsewhere, and nothing is started.
 * @param env environment variables of the instance, in addition to those of this process. `PORT:
 * '0'` selects a free port.
 * @example
 * const main = new URL('main.ts', import.meta.url);
 * await startInstance('instance 1', main, { PORT: '4171' });
 */
export async function startInstance(
  name: string,
  main: URL,
  env: NodeJS.ProcessEnv,
): Promise<Instance> {
  const elsewhere = instanceElsewhere(name);
  if (elsewhere) return elsewhere;
  const child = spawn(
    process.execPath,
    [...process.execArgv, fileURLToPath(main), ...process.argv.slice(2)],
    {
      env: { ...process.env, INSTANCE: name, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  return instanceOf(name, child, (said) =>
    typeof said === 'object' && said !== null && 'port' in said
      ? `http://127.0.0.1:${String(said.port)}`
      : undefined,
  );
}
