import { readdirSync, readFileSync } from 'node:fs';

/** The size of a page of memory in bytes, on Linux for x64 and most other processors. */
const PAGE_SIZE = 4096;

/** Returns the seconds that the scheduler counted for the live threads of processes. */
export function readCpuSeconds(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
      nanoseconds += Number(text.split(' ')[0]);
    }
  }
  return nanoseconds / 1e9;
}

/** Returns the resident memory of processes in bytes. */
export function readMemory(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]));
  return pages.reduce((sum, count) => sum + count, 0) * PAGE_SIZE;
}
