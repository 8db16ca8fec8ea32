import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The folder of the transformed files. It may be deleted at any time. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/strip-types/', import.meta.url));

/** The number of files at which the cache is emptied. Each edit of a file adds one. */
const LIMIT = 5000;

/**
 * A `load` hook of Node, which runs in a thread of its own: returns the JavaScript of a TypeScript
 * file, with a source map for the stacks of errors.
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !/\.ts(\?|$)/.test(url)) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const source = readFileSync(path, 'utf8');
  const key = createHash('sha1')
    .update(`${basename(path)}\n${source}`)
    .digest('hex');
  return {
    format: 'module',
    source: readCached(key) ?? (await transformFile(path, source, key)),
    shortCircuit: true,
  };
}

/**
 * @param {string} key
 * @returns {string | undefined}
 */
function readCached(key) {
  try {
    return readFileSync(cache + key, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {string} source
 * @param {string} key
 */
async function transformFile(path, source, key) {
  const { transformSync } = await import('esbuild');
  try {
    const { code } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      sourcefile: basename(path),
      logLevel: 'silent',
    });
    writeCached(key, code);
    return code;
  } catch (error) {
    const [first] = /** @type {import('esbuild').TransformFailure} */ (error).errors;
    if (first === undefined) throw error;
    const { line = 1, column = 0 } = first.location ?? {};
    throw new SyntaxError(`${path}:${line}:${column}: ${first.text}`);
  }
}

/**
 * Writes a file and renames it, so that other processes never read a part of it.
 * @param {string} key
 * @param {string} code
 */
function writeCached(key, code) {
  try {
    mkdirSync(cache, { recursive: true });
    if (readdirSync(cache).length >= LIMIT) rmSync(cache, { recursive: true });
    mkdirSync(cache, { recursive: true });
    const part = `${cache}${key}.${process.pid}`;
    writeFileSync(part, code);
    renameSync(part, cache + key);
  } catch {
    // The cache saves time only. A folder that cannot be written is no reason to fail.
  }
}
