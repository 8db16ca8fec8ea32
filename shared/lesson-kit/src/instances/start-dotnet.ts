import { execFile, spawn } from 'node:child_process';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCommand } from '../run/find-command.ts';
import { type Instance, instanceOf } from './instance.ts';

/** Whether a C# server can join the instances, and whether it has. */
export type DotnetState = 'running' | 'starting' | 'installed' | 'absent';

/** Whether the .NET SDK is on the PATH. */
export const hasDotnet = (): boolean => findCommand('dotnet') !== undefined;

/** A .NET project that is built. */
export interface BuiltDotnet {
  readonly assembly: string;
  readonly folder: string;
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
});

/**
 * Builds an ASP.NET Core server; what is built stays out of the sources. `project` is its .csproj.
 */
export async function buildDotnet(project: URL): Promise<BuiltDotnet> {
  const file = fileURLToPath(project);
  const [name, folder] = [basename(file, '.csproj'), dirname(file)];
  const lesson = folder.split(sep).find((part) => /^\d\d-/.test(part)) ?? 'other'; // several lessons have a project of this name
  const artifacts = fileURLToPath(
    new URL(`../../../../node_modules/.cache/dotnet-${lesson}-${name}`, import.meta.url),
  );
  const options = ['-c', 'Release', '--artifacts-path', artifacts, '--disable-build-servers'];
  await promisify(execFile)('dotnet', ['build', file, ...options], { env: environment() }).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(
        error.stdout?.split('\n').find((line) => line.includes('error')) ?? error.message,
      );
    },
  );
  return { assembly: join(artifacts, 'bin', name, 'release', `${name}.dll`), folder };
}

/**
 * Starts an ASP.NET Core server as an instance, on a free port.
 * @param project its .csproj, which is built first, or what {@link buildDotnet} gave, for several
 * of it.
 * @param env for this instance, beside what this process has.
 */
export async function startDotnet(
  name: string,
  project: URL | BuiltDotnet,
  env: NodeJS.ProcessEnv,
): Promise<Instance> {
  const { assembly, folder } = project instanceof URL ? await buildDotnet(project) : project;
  const child = spawn('dotnet', [assembly, '--urls', 'http://127.0.0.1:0'], {
    cwd: folder,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL')); // it has no channel that tells it that we ended
  return instanceOf(name, child, (said) => /Now listening on: (http\S+)/.exec(String(said))?.[1]);
}
