import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends a child process, and waits until it has exited. Does nothing if it has exited already.
 * @param requestExit makes the process exit. Default: sends it SIGTERM.
 * @example await endProcess(child, () => child.stdin.end());
 */
export async function endProcess(
  child: ChildProcess,
  requestExit: () => unknown = () => child.kill(),
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  requestExit();
  await exited;
}
