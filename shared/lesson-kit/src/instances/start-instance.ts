import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Instance, instanceOf } from './instance.ts';
import { instanceElsewhere } from './instance-elsewhere.ts';

/**
 * Starts a lesson's server/main.ts as one of several: `serveLesson` there leaves the page to whoever started it, listens on `PORT`
 * and ends when that process does, however it ends.
 * @param env for this instance, beside what this process has; `PORT: '0'` takes a free port. Where `INSTANCES` names the
 * addresses of instances, they run elsewhere and nothing is started.
 * @example await startInstance('instance 1', new URL('main.ts', import.meta.url), { PORT: '4171' });
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
