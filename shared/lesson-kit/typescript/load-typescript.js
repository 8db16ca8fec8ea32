import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { version } = require('esbuild/package.json');

/** The folder of the transformed files. You can delete it at any time. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/typescript/', import.meta.url));

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  return loadTypeScript(url) ?? nextLoad(url, context);
}

/** @type {import('node:module').LoadHookSync} */
export function loadSync(url, context, nextLoad) {
  return loadTypeScript(url) ?? nextLoad(url, context);
}

/**
 * @param {string} url
 * @returns {import('node:module').LoadFnOutput | undefined}
 */
function loadTypeScript(url) {
  if (!/^file:[^?]*\.ts(\?|$)/.test(url)) return undefined;
  return { format: 'module', source: transformFile(fileURLToPath(url)), shortCircuit: true };
}

/**
 * Returns the JavaScript of a TypeScript file, with a source map for the stacks of errors. Keeps it
 * in a file of the cache, one for each TypeScript file, until the TypeScript changes.
 * @param {string} path
 */
function transformFile(path) {
  const source = readFileSync(path, 'utf8');
  const file = cache + hashOf(path);
  const header = `// ${version} ${hashOf(source)}\n`;
  const cached = readIfExists(file);
  if (cached?.startsWith(header)) return cached;
  // A process whose files are in the cache does not load esbuild.
  /** @type {import('esbuild')} */
  const { transformSync } = require('esbuild');
  let code;
  try {
    ({ code } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      sourcefile: path,
      logLevel: 'silent',
      banner: header.trimEnd(),
    }));
  } catch (error) {
    // Node would print all properties of esbuild's error after its message.
    throw new SyntaxError(/** @type {Error} */ (error).message);
  }
  replaceFile(file, code);
  return code;
}

/** @param {string} text */
const hashOf = (text) => createHash('sha1').update(text).digest('hex');

/** @param {string} file */
function readIfExists(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Writes a file and renames it, so that other processes never read a part of it.
 * @param {string} file
 * @param {string} text
 */
function replaceFile(file, text) {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(part, text);
    renameSync(part, file);
  } catch {
    // The cache only saves time: a folder that cannot be written is no reason to fail.
  }
}
