import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** The result of a build. Vite's own type is a union with its watcher. */
interface Built {
  readonly output: readonly { readonly type: string; readonly code?: string }[];
}

/**
 * Builds the page of the lesson in `folder` into a temporary folder, so that tests do not share
 * dist/.
 */
export async function buildPage(
  folder: string,
): Promise<{ readonly dist: string; remove(): void }> {
  const parent = join(folder, '../../node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const dist = mkdtempSync(join(parent, 'page-'));
  await build({
    configFile: `${folder}/vite.config.ts`,
    build: { outDir: dist },
    logLevel: 'silent',
  });
  return { dist, remove: () => rmSync(dist, { recursive: true, force: true }) };
}

/** Returns the size in bytes of the gzipped JavaScript of a lesson's page in production. */
export async function pageScriptSize(folder: string): Promise<number> {
  const built = await build({
    configFile: `${folder}/vite.config.ts`,
    build: { write: false },
    logLevel: 'silent',
  });
  return (built as unknown as Built).output
    .filter(({ type }) => type === 'chunk')
    .reduce((sum, { code = '' }) => sum + gzipSync(code).length, 0);
}
