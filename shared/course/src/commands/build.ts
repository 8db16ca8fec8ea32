import { createCommand } from '@practical-signalr/lesson-kit/command-line';
import type { Command } from 'commander';
import { runTurbo } from './run-turbo.ts';

/** `npm run build`: builds `dist/` of every package and the page of every lesson. */
export const buildCommand = (): Command =>
  createCommand('npm run build', '', 'Builds every package and every page.').action(async () => {
    process.exitCode = await runTurbo(['build']);
  });
