import { join } from 'node:path';
import { repositoryFolder } from '../folders.ts';
import { runCommandLine } from '../run/run-command.ts';

/** Builds this package and the packages that it depends on, as `npm run build` does. */
export async function buildPackages(folder: string, ...packages: string[]): Promise<void> {
  const compiler = join(repositoryFolder, 'node_modules/typescript/bin/tsc');
  await runCommandLine([process.execPath, compiler, '-b', ...packages], folder);
}
