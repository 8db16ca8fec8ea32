import { execFileSync } from 'node:child_process';

/**
 * Throws if a process may not open this number of files. Every connection needs one.
 * @param limit the limit of this process. A test replaces it.
 */
export function requireOpenFiles(count: number, limit = openFilesLimit()): void {
  if (limit >= count) return;
  throw new Error(
    `A process may open only ${limit} files, and this test needs ${count}. Run 'ulimit -n ${count}' first, or use fewer connections.`,
  );
}

/** Returns how many files a process may open. Windows has no such limit. */
function openFilesLimit(): number {
  if (process.platform === 'win32') return Number.POSITIVE_INFINITY;
  const output = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return output === 'unlimited' ? Number.POSITIVE_INFINITY : Number(output);
}
