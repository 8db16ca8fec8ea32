// A module that a measured server loads before its own code. On SIGUSR2, it starts to record a CPU
// profile; on the next SIGUSR2, it writes the profile. `?folder=` in its URL names the folder.
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { profileFile, SAMPLING_INTERVAL_MICROSECONDS, startedFile } from './profile-files.ts';

const folder = new URL(import.meta.url).searchParams.get('folder') ?? '.';
const session = new Session();
session.connect();
let isRecording = false;

/** Writes a file in one step, because its existence is the signal to the reader. */
function writeWhole(file: string, text: string): void {
  const unfinished = join(folder, `${process.pid}.unfinished`);
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

async function start(): Promise<void> {
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_MICROSECONDS });
  await session.post('Profiler.start');
  writeWhole(startedFile(folder, process.pid), '');
}

async function stop(): Promise<void> {
  const { profile } = await session.post('Profiler.stop');
  writeWhole(profileFile(folder, process.pid), JSON.stringify(profile));
}

process.on('SIGUSR2', () => {
  const done = isRecording ? stop() : start();
  isRecording = !isRecording;
  // Without its file, the reader reports that the server did not answer.
  done.catch((error: unknown) => console.error(error));
});
