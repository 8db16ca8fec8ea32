import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { endProcess } from './end-process.ts';

const startEcho = () => spawn(process.execPath, ['-e', 'process.stdin.resume()']);

test('a process is ended with SIGTERM, and a second call does nothing', async () => {
  const child = startEcho();
  await endProcess(child);
  expect(child.signalCode).toBe('SIGTERM');
  await endProcess(child, () => {
    throw new Error('The process has exited.');
  });
});

test('a process may be ended in its own way', async () => {
  const child = startEcho();
  await endProcess(child, () => child.stdin.end());
  expect(child.exitCode).toBe(0);
});
