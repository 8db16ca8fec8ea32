import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorTexts } from '../error-texts.ts';
import { repositoryFolder } from '../folders.ts';
import { ownServerFile } from '../peers/peer-list.ts';
import { buildPackages } from '../prepare/build-packages.ts';
import { runCommandLine } from '../run/run-command.ts';

/** The server of an earlier commit. */
export interface BaselineBuild {
  /** The built file of the server. It is the current one, with the packages of the commit. */
  readonly serverFile: string;
  /** The short hash of the commit. */
  readonly commit: string;
  /** Removes the build. */
  readonly remove: () => void;
}

const SCOPE = '@practical-signalr';
const git = (...words: string[]): Promise<string> =>
  runCommandLine(['git', ...words], repositoryFolder);

/**
 * Builds the packages of a commit in a temporary folder.
 * @throws Error if git does not have the commit, or if it does not build
 */
export async function buildBaseline(ref: string): Promise<BaselineBuild> {
  const commit = await resolveCommit(ref);
  const folder = mkdtempSync(join(tmpdir(), 'bench-baseline-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
    execFileSync('git', ['worktree', 'prune'], { cwd: repositoryFolder });
  };
  process.once('exit', remove); // also after Ctrl-C
  try {
    await git('worktree', 'add', '--quiet', '--detach', folder, commit);
    await installDependencies(folder);
    await buildPackages(folder, 'shared/server', 'shared/redis');
    return { serverFile: addServer(folder), commit, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function resolveCommit(ref: string): Promise<string> {
  const hash = await git(
    'rev-parse',
    '--short',
    '--verify',
    '--end-of-options',
    `${ref}^{commit}`,
  ).catch(() => {
    throw new Error(errorTexts.unknownRef(ref));
  });
  return hash.trim();
}

/** Uses the dependencies of this checkout if the lock file is the same, otherwise installs them. */
async function installDependencies(folder: string): Promise<void> {
  const locks = [folder, repositoryFolder].map((each) => join(each, 'package-lock.json'));
  const isSame = await runCommandLine(['cmp', '--silent', ...locks], folder).then(
    () => true,
    () => false,
  );
  if (isSame) linkDependencies(folder);
  else await runCommandLine(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
}

/** Links all dependencies, but the packages of the repository to those of the baseline. */
function linkDependencies(folder: string): void {
  const source = join(repositoryFolder, 'node_modules');
  const target = join(folder, 'node_modules');
  mkdirSync(join(target, SCOPE), { recursive: true });
  for (const name of readdirSync(source))
    if (name !== SCOPE) symlinkSync(join(source, name), join(target, name));
  for (const name of readdirSync(join(folder, 'shared')))
    symlinkSync(join(folder, 'shared', name), join(target, SCOPE, name));
}

/** Copies the built server, so that the same program runs on the packages of both commits. */
function addServer(folder: string): string {
  const target = join(folder, 'bench-server');
  mkdirSync(target);
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
  const file = join(target, 'signalr-server.js');
  copyFileSync(ownServerFile, file);
  return file;
}
