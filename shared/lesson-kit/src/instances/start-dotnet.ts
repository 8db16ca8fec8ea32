import { spawn } from 'node:child_process';
import { buildDotnet, type BuiltDotnet, dotnetEnvironment } from './build-dotnet.ts';
import { type Instance, instanceOf } from './instance.ts';

/** Whether a C# server can join the instances, and whether it has. */
export type DotnetState = 'running' | 'starting' | 'installed' | 'absent';

/**
 * Starts an ASP.NET Core server as an instance, on a free port.
 * @param project its .csproj, which is built first, or what {@link buildDotnet} returned, to start
 * several instances of it.
 * @param env environment variables of this instance, in addition to those of this process.
 */
export async function startDotnet(
  name: string,
  project: URL | BuiltDotnet,
  env: NodeJS.ProcessEnv,
): Promise<Instance> {
  const { assembly, folder } = project instanceof URL ? await buildDotnet(project) : project;
  const child = spawn('dotnet', [assembly, '--urls', 'http://127.0.0.1:0'], {
    cwd: folder,
    env: { ...dotnetEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // It cannot notice that this process exits.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return instanceOf(name, child, (said) => /Now listening on: (http\S+)/.exec(String(said))?.[1]);
}
