import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { benchFolder, outFolder } from '../folders.ts';
import type { Peer } from '../peers/peer.ts';
import { aspnetcoreAssembly } from '../peers/peer-list.ts';
import { missingTexts } from '../report/missing-texts.ts';
import { runCommandLine } from '../run/run-command.ts';

/** Builds or installs what a peer requires. */
export type PreparePeer = (requires: NonNullable<Peer['requires']>) => Promise<void>;

/** The peers that can be started, and why the others cannot. */
export interface PreparedPeers {
  readonly peers: readonly Peer[];
  readonly missing: readonly string[];
}

/** Prepares peers. One that cannot be built or installed is left out. */
export async function preparePeers(
  peers: readonly Peer[],
  prepare: PreparePeer = buildOrInstall,
): Promise<PreparedPeers> {
  const prepared: Peer[] = [];
  const missing: string[] = [];
  for (const peer of peers) {
    try {
      if (peer.requires !== undefined) await prepare(peer.requires);
      prepared.push(peer);
    } catch (error) {
      missing.push(missingTexts.peerDidNotBuild(peer.name, (error as Error).message));
    }
  }
  return { peers: prepared, missing };
}

const buildOrInstall: PreparePeer = (requires) =>
  requires === 'dotnet' ? buildAspnetcore() : installSocketio();

const isNewer = (file: string, ...sources: string[]): boolean =>
  existsSync(file) && sources.every((source) => statSync(file).mtimeMs > statSync(source).mtimeMs);

async function buildAspnetcore(): Promise<void> {
  const folder = join(benchFolder, 'peers/aspnetcore');
  const sources = ['Program.cs', 'Bench.csproj'].map((name) => join(folder, name));
  if (isNewer(aspnetcoreAssembly, ...sources)) return;
  const artifacts = join(outFolder, 'dotnet-artifacts');
  await runCommandLine(
    [
      'dotnet',
      'publish',
      '--configuration',
      'Release',
      '--artifacts-path',
      artifacts,
      '--output',
      dirname(aspnetcoreAssembly),
    ],
    folder,
  );
}

async function installSocketio(): Promise<void> {
  const folder = join(benchFolder, 'peers/socketio');
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (isNewer(installed, join(folder, 'package-lock.json'))) return;
  await runCommandLine(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
}
