import { existsSync, readdirSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/**
 * Returns the vitest filter for the tests of a file or folder: a folder with tests, a test file, or
 * the test file next to a source file. The filter is relative to `root` and uses forward slashes.
 * Returns undefined if the path does not exist or has no tests.
 * @param path the file or folder, relative to `folder` or absolute
 */
export function testFilter(path: string, folder: string, root: string): string | undefined {
  const absolute = resolve(folder, path);
  if (!existsSync(absolute)) return undefined;
  const fromRoot = (file: string): string => relative(root, file).replaceAll('\\', '/');
  if (statSync(absolute).isDirectory()) {
    return hasTests(absolute) ? `${fromRoot(absolute)}/` : undefined;
  }
  const testFile = absolute.endsWith('.test.ts')
    ? absolute
    : absolute.replace(/\.[^.]+$/, '.test.ts');
  return existsSync(testFile) ? fromRoot(testFile) : undefined;
}

function hasTests(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (entry.isFile()) return entry.name.endsWith('.test.ts');
    if (!entry.isDirectory() || /^(node_modules|dist|\..*)$/.test(entry.name)) return false;
    return hasTests(resolve(folder, entry.name));
  });
}
