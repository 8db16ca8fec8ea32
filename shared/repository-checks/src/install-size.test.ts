import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

/** The maximum size of all node_modules after `npm ci`, in MiB, as `du -sm` prints it. */
const LIMIT = 391;

// Binaries are of different size on every system; the limit is held where it is measured.
test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  `npm ci takes less than ${LIMIT} MB`,
  () => {
    const packages = ['shared', 'shared/examples', 'lessons'].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [join(root, folder, entry.name)] : [],
      ),
    );
    const folders = [root, join(root, 'slides'), ...packages].map((folder) =>
      join(folder, 'node_modules'),
    );
    const sizes = folders.flatMap((folder) =>
      entries(folder).map((name) => ({ name, size: sizeOf(join(folder, name)) })),
    );
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    const largest = sizes.toSorted((a, b) => b.size - a.size).slice(0, 12);
    const listed = largest.map(({ name, size }) => `${name} ${size.toFixed(1)}`).join(', ');
    expect(total, `The largest, in MB: ${listed}.`).toBeLessThan(LIMIT);
  },
);

/** Packages alone: what begins with a dot is made later, by Vite for example. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const counted = new Set<number>();

/**
 * The room on the disk in MB; what several names share counts once, and links, those to the
 * workspaces for example, are not followed.
 */
function sizeOf(path: string): number {
  const stat = lstatSync(path);
  if (counted.has(stat.ino)) return 0; // esbuild's second name for its binary
  if (stat.nlink > 1 && stat.isFile()) counted.add(stat.ino);
  const own = (stat.blocks * 512) / 2 ** 20;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), own);
}
