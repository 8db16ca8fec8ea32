import { execFile, spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCommand } from '../find-command.ts';
import { type Instance, instanceOf } from './instance.ts';

/** Whether the .NET SDK is on the PATH. */
export const hasDotnet = (): boolean => findCommand('dotnet') !== undefined;

/**
 * Builds and starts an ASP.NET Core server as an instance, on a free port. What is built stays out of the sources.
 * @param project its .csproj.
 * @param env for this instance, beside what this process has.
 */
export async function startDotnet(name: string, project: URL, env: NodeJS.ProcessEnv): Promise<Instance> {
  const file = fileURLToPath(project);
  const assembly = basename(file, '.csproj');
  const lesson = basename(dirname(dirname(dirname(file)))); // each has a project of this name
  const artifacts = fileURLToPath(
    new URL(`../../../../node_modules/.cache/dotnet-${lesson}-${assembly}`, import.meta.url),
  );
  const environment = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1', ...env };
  await promisify(execFile)(
    'dotnet',
    ['build', file, '-c', 'Release', '--artifacts-path', artifacts, '--disable-build-servers'],
    {
      env: environment,
    },
  ).catch((error: Error & { stdout?: string }) => {
    throw new Error(error.stdout?.split('\n').find((line) => line.includes('error')) ?? error.message);
  });
  const dll = join(artifacts, 'bin', assembly, 'release', `${assembly}.dll`);
  const child = spawn('dotnet', [dll, '--urls', 'http://127.0.0.1:0'], {
    cwd: dirname(file),
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL')); // it has no channel that tells it that we ended
  return instanceOf(name, child, (said) => /Now listening on: (http\S+)/.exec(String(said))?.[1]);
}
