import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A page that is built in `dist`. */
export interface BuiltPage {
  readonly dist: string;
  /** Deletes the build, unless other tests share it. */
  remove(): void;
}

/** The environment variable with the folder for the builds that test files share. */
export const BUILT_PAGES = 'PRACTICAL_SIGNALR_BUILT_PAGES';

/** The builds of this process by the folder of their lesson. */
const shared = new Map<string, Promise<string>>();

/**
 * Builds the page of the lesson in `folder` into a temporary folder, so that tests do not share
 * dist/. Under vitest, a process builds each page once.
 */
export async function buildPage(folder: string): Promise<BuiltPage> {
  const parent = process.env[BUILT_PAGES];
  if (parent === undefined) {
    const dist = await build(folder, createPagesFolder());
    return { dist, remove: () => rmSync(dist, { recursive: true, force: true }) };
  }
  const building = shared.get(folder) ?? build(folder, mkdtempSync(join(parent, 'page-')));
  shared.set(folder, building);
  return { dist: await building, remove: () => undefined };
}

/**
 * Lets the test files of a process share built pages. Sets {@link BUILT_PAGES} for the processes
 * that start from now on, and returns what deletes the builds. To be used as `globalSetup` of
 * vitest.
 */
export default function shareBuiltPages(): () => void {
  const folder = createPagesFolder();
  process.env[BUILT_PAGES] = folder;
  return () => {
    delete process.env[BUILT_PAGES];
    rmSync(folder, { recursive: true, force: true });
  };
}

function createPagesFolder(): string {
  const parent = join(import.meta.dirname, '../../../../node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'pages-'));
}

async function build(folder: string, outDir: string): Promise<string> {
  const vite = await import('vite');
  await vite.build({
    configFile: `${folder}/vite.config.ts`,
    build: { outDir },
    logLevel: 'silent',
  });
  return outDir;
}

/** Returns the size in bytes of the gzipped JavaScript of a page that is built in `dist`. */
export function pageScriptSize(dist: string): number {
  const assets = join(dist, 'assets');
  return readdirSync(assets)
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);
}
