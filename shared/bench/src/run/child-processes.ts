import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
let isWatching = false;

/** Kills a child process when this process exits, also after Ctrl-C. */
export function killAtExit(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => {
    for (const each of running) each.kill('SIGKILL');
  });
}

let exitsOnSignals = false;

/** Makes Ctrl-C and SIGTERM end this process with its child processes. */
export function exitOnSignals(): void {
  if (exitsOnSignals) return;
  exitsOnSignals = true;
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}
