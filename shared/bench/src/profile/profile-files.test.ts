import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcess } from '@practical-signalr/lesson-kit';
import { expect, onTestFinished, test } from 'vitest';
import { startRecording, stopRecording } from './profile-files.ts';

test('a server records a profile between two signals, more than once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const recorder = new URL('./record-on-signal.ts', import.meta.url);
  recorder.searchParams.set('folder', folder);
  const code = 'setInterval(() => undefined, 1000); console.log("ready");';
  const child = spawn(
    process.execPath,
    ['--import=tsx', `--import=${recorder.href}`, '--input-type=module', '--eval', code],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => endProcess(child));
  await once(child.stdout, 'data');
  const pids = [child.pid as number];
  for (let i = 0; i < 2; i++) {
    await startRecording(folder, pids);
    const [profile, ...others] = await stopRecording(folder, pids);
    expect(profile?.endTime).toBeGreaterThan(profile?.startTime ?? Infinity);
    expect(others).toEqual([]);
  }
});
