#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { errorTexts } from './error-texts.ts';
import { startEmulator } from './start-emulator.ts';

// npx @practical-signalr/azure-emulator
const { values } = parseArgs({
  options: { port: { type: 'string' }, host: { type: 'string' } },
});
const port = values.port === undefined ? undefined : Number(values.port);
try {
  if (port !== undefined && !(port >= 0)) throw new Error(errorTexts.notANumber('port'));
  const emulator = await startEmulator({
    ...(port === undefined ? {} : { port }),
    ...(values.host === undefined ? {} : { host: values.host }),
    log: (line) => console.log(line),
  });
  console.log(`Azure SignalR Service is emulated at ${emulator.url}. Connection string:\n${emulator.connectionString}`);
  process.once('SIGINT', () => void emulator.close());
  process.once('SIGTERM', () => void emulator.close());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
