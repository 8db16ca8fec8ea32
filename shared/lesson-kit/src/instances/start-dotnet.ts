import { execFile, spawn } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCommand } from '../find-command.ts';
import { type Instance, instanceOf } from './instance.ts';

/** Whether the .NET SDK is on the PATH. */
export const hasDotnet = (): boolean => findCommand('dotnet') !== undefined;

const environment = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
/** What is built, or being built, by its .csproj: once in a process is enough. */
const built = new Map<string, Promise<string>>();

/**
 * Starts an ASP.NET Core server as an instance, on a free port. The first of a project builds it; what is built stays out of the sources.
 * @param project its .csproj.
 * @param env for this instance, beside what this process has.
 */
export async function startDotnet(name: string, project: URL, env: NodeJS.ProcessEnv): Promise<Instance> {
  const file = fileURLToPath(project);
  const building = built.get(file) ?? build(file);
  built.set(file, building);
  const child = spawn('dotnet', [await building, '--urls', 'http://127.0.0.1:0'], {
    cwd: dirname(file),
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL')); // it has no channel that tells it that we ended
  return instanceOf(name, child, (said) => /Now listening on: (http\S+)/.exec(String(said))?.[1]);
}

/** Gives the assembly. */
async function build(file: string): Promise<string> {
  const assembly = basename(file, '.csproj');
  const lesson = basename(dirname(dirname(dirname(file)))); // each has a project of this name
  const artifacts = fileURLToPath(
    new URL(`../../../../node_modules/.cache/dotnet-${lesson}-${assembly}`, import.meta.url),
  );
  const options = ['-c', 'Release', '--artifacts-path', artifacts, '--disable-build-servers'];
  await promisify(execFile)('dotnet', ['build', file, ...options], { env: environment }).catch(
    (error: Error & { stdout?: string }) => {
      built.delete(file);
      throw new Error(error.stdout?.split('\n').find((line) => line.includes('error')) ?? error.message);
    },
  );
  return join(artifacts, 'bin', assembly, 'release', `${assembly}.dll`);
}
