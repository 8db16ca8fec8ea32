#!/usr/bin/env node
import { emulatorCommand } from './emulator-command.ts';

try {
  const emulator = await emulatorCommand(process.argv.slice(2), console.log);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void emulator?.close());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
