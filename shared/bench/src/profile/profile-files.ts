import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorTexts } from '../error-texts.ts';

/** The time between two samples of a CPU profile. */
export const SAMPLING_INTERVAL_MICROSECONDS = 150;
/** How long a server may take to start or to write a profile. */
const TIMEOUT_MS = 30_000;

/** Returns the file that a server writes when it has started to record. */
export const startedFile = (folder: string, pid: number): string => join(folder, `${pid}.started`);
/** Returns the file of the profile that a server writes when it has stopped. */
export const profileFile = (folder: string, pid: number): string =>
  join(folder, `${pid}.cpuprofile`);

/** Starts the recording in servers that have loaded `record-on-signal`. */
export async function startRecording(folder: string, pids: readonly number[]): Promise<void> {
  await signalAndWait(pids, (pid) => startedFile(folder, pid));
}

/** Stops the recording, and returns the profile of each server. */
export async function stopRecording(
  folder: string,
  pids: readonly number[],
): Promise<readonly Profiler.Profile[]> {
  const files = await signalAndWait(pids, (pid) => profileFile(folder, pid));
  const profiles = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile);
  for (const file of [...files, ...pids.map((pid) => startedFile(folder, pid))]) rmSync(file);
  return profiles;
}

/** Sends the signal to each server, and waits for the file with which the server answers. */
async function signalAndWait(
  pids: readonly number[],
  fileOf: (pid: number) => string,
): Promise<string[]> {
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  const end = performance.now() + TIMEOUT_MS;
  const files = pids.map(fileOf);
  while (!files.every((file) => existsSync(file))) {
    if (performance.now() > end) throw new Error(errorTexts.profileTimedOut(TIMEOUT_MS / 1000));
    await delay(20);
  }
  return files;
}
