import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findCommand } from '@practical-signalr/lesson-kit';

const folder = fileURLToPath(new URL('../../dotnet', import.meta.url));

/** Whether the .NET SDK is on the PATH. */
export const hasDotnet = findCommand('dotnet') !== undefined;

/** An ASP.NET Core server on the backplane. */
export interface DotnetServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the .NET server; nothing to do where it is built already. */
export async function buildDotnetServer(): Promise<void> {
  await promisify(execFile)('dotnet', ['build', '-c', 'Release', '-o', join(folder, 'bin/out'), '--nologo'], {
    cwd: folder,
    env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' },
  });
}

export async function startDotnetServer(redis: string, ...options: string[]): Promise<DotnetServer> {
  const args = [join(folder, 'bin/out/Interop.dll'), '--urls', 'http://127.0.0.1:0', '--redis', redis, ...options];
  const child = spawn('dotnet', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The .NET server ended before it listened.')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /Now listening on: (http\S+)/.exec(line);
      if (match !== null) resolve(String(match[1]));
    });
  });
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
