import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder, outFolder } from '../folders.ts';
import { runCommandLine } from '../run/run-command.ts';

const sourceFolder = join(benchFolder, 'load-generator');

/** Compiles the load generator if its sources have changed, and returns its command. */
export async function buildLoadGenerator(compiler: string): Promise<readonly string[]> {
  const program = join(outFolder, 'load-generator');
  const sources = readdirSync(sourceFolder).map((name) => join(sourceFolder, name));
  const changedAt = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs > changedAt) return [program];
  mkdirSync(outFolder, { recursive: true });
  const units = sources.filter((file) => file.endsWith('.c'));
  await runCommandLine([compiler, '-O2', '-o', program, ...units], benchFolder);
  return [program];
}
