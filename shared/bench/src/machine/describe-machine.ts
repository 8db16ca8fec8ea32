import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { benchFolder, repositoryFolder } from '../folders.ts';
import type { MachineDescription } from '../results/results.ts';
import type { MachineProbe } from './probe-machine.ts';

/** Returns the load of the last minute: how many processes were running on average. */
export const currentLoad = (): number => Math.round((loadavg()[0] as number) * 100) / 100;

/** Describes this machine for the report. */
export const describeMachine = (
  { cores, openFileLimit }: MachineProbe,
  pinning: string,
  loadBefore: number,
): MachineDescription => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores,
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  openFileLimit,
  pinning,
  loadBefore,
  loadAfter: currentLoad(),
});

/** Returns the first line that a command prints, or undefined if it fails. */
function firstLineOf(command: string, ...args: string[]): string | undefined {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync(command, args, options).split('\n')[0]?.trim();
  } catch {
    return undefined;
  }
}

/** Returns the versions of the tools and of the pinned peers. */
export function readVersions({ findTool }: MachineProbe): Record<string, string> {
  const found: Record<string, string | undefined> = { Node: process.versions.node };
  if (findTool('dotnet') !== undefined) {
    found['.NET SDK'] = firstLineOf('dotnet', '--version');
    const runtimes = firstLineOf('sh', '-c', 'dotnet --list-runtimes | grep AspNetCore | tail -1');
    found['ASP.NET Core'] = /App (\S+)/.exec(runtimes ?? '')?.[1];
  }
  if (findTool('redis-server') !== undefined)
    found['Redis'] = /v=(\S+)/.exec(firstLineOf('redis-server', '--version') ?? '')?.[1];
  if (findTool('cc') !== undefined) found['C compiler'] = firstLineOf('cc', '--version');
  const { dependencies } = JSON.parse(
    readFileSync(join(benchFolder, 'peers/socketio/package.json'), 'utf8'),
  ) as { dependencies: Record<string, string> };
  const webSockets = JSON.parse(
    readFileSync(join(repositoryFolder, 'node_modules/ws/package.json'), 'utf8'),
  ) as { version: string };
  const all = { ...found, ws: webSockets.version, ...dependencies };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, version]) =>
      version === undefined ? [] : [[name, version]],
    ),
  );
}

/** Returns the short hash of the current commit, with `-dirty` if files have changed. */
export const readCommit = (): string =>
  firstLineOf('git', '-C', repositoryFolder, 'describe', '--always', '--dirty', '--exclude=*') ??
  'unknown';
