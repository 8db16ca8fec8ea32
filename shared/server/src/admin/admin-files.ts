import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { adminErrors } from './errors.ts';

/** A file of the page. */
export interface AdminFile {
  readonly type: string;
  readonly content: Buffer;
}

// The browser runs the files as they are, so they are not compiled, and the package contains them
// in src/. This path is the same from src/admin and from dist/admin.
const pageFolder = new URL('../../src/admin/page/', import.meta.url);
const { resolve } = createRequire(import.meta.url);

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

const files: readonly (readonly [path: string, type: string, find: () => string])[] = [
  ['/', html, () => pageFile('index.html')],
  ['/style.css', style, () => pageFile('style.css')],
  ['/main.js', script, () => pageFile('main.js')],
  ['/actions.js', script, () => pageFile('actions.js')],
  ['/elements.js', script, () => pageFile('elements.js')],
  ['/lists.js', script, () => pageFile('lists.js')],
  ['/plots.js', script, () => pageFile('plots.js')],
  ['/requests.js', script, () => pageFile('requests.js')],
  ['/uplot.js', script, () => resolve('uplot/dist/uPlot.esm.js')],
  ['/uplot.css', style, () => resolve('uplot/dist/uPlot.min.css')],
];

/** Reads all files of the page. Throws if one is missing, so that the app does not start. */
export function readAdminFiles(): ReadonlyMap<string, AdminFile> {
  return new Map(files.map(([path, type, find]) => [path, { type, content: read(path, find) }]));
}

function read(path: string, find: () => string): Buffer {
  try {
    return readFileSync(find());
  } catch (error) {
    throw adminErrors.adminFilesMissing(path.slice(1) || 'index.html', error);
  }
}

const pageFile = (name: string): string => fileURLToPath(new URL(name, pageFolder));
