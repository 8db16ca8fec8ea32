import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorTexts } from './error-texts.ts';

/** The folder of the documentation. */
export const docsFolder = fileURLToPath(new URL('../', import.meta.url));
/** The folder of the built site. */
export const siteFolder = join(docsFolder, 'dist/site');

const stamp = join(siteFolder, 'source-hash.txt');
let building: Promise<void> | undefined;

/** Returns whether the built site exists and shows the current pages. */
export function isSiteCurrent(): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashSources();
}

/**
 * Builds the site with VitePress if it is not current. Callers at the same time share one build. It
 * runs in a process of its own, so that its memory is free afterwards.
 * @throws Error with the output of VitePress if the build fails
 */
export async function buildSite(): Promise<void> {
  if (isSiteCurrent()) return;
  building ??= runVitePress().finally(() => {
    building = undefined;
  });
  await building;
}

async function runVitePress(): Promise<void> {
  const hash = hashSources();
  const vitepress = fileURLToPath(import.meta.resolve('vitepress/package.json'));
  const cli = join(vitepress, '../bin/vitepress.js');
  const child = spawn(process.execPath, [cli, 'build', docsFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(errorTexts.buildFailed(output));
  writeFileSync(stamp, hash);
}

/** Returns a hash of all files that the site is built from. */
function hashSources(): string {
  const hash = createHash('sha256');
  const files = readdirSync(docsFolder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^(?!dist|node_modules).*(\.md|\.json|\.css|(?<!\.test)\.ts)$/.test(file))
    .toSorted();
  for (const file of files) hash.update(file).update(readFileSync(join(docsFolder, file)));
  return hash.digest('hex');
}
