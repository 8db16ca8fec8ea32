#!/usr/bin/env node
import { emulatorCommand } from './emulator-command.ts';

// Node would stop the process if its log cannot be written, for example because the disk is full.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
try {
  const emulator = await emulatorCommand(process.argv.slice(2), console.log);
  const stop = (): void => {
    emulator?.close().catch(console.error);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
