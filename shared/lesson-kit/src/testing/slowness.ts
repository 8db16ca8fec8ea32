import { spawnSync } from 'node:child_process';

/** How many times slower than alone this machine is at the moment, by a process that does nothing: 60 ms at the most when it is alone. */
export function slowness(): number {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '']);
  return Math.max(1, (performance.now() - began) / 60);
}
