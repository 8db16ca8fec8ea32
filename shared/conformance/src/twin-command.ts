import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';

interface TwinOptions {
  readonly port: number;
  readonly redis?: string;
  readonly redisPrefix?: string;
}

/** `npm run twin -- --port 5900`: runs the twin of the recorded server until Ctrl-C. */
const command = createCommand(
  'npm run twin',
  '[-- options]',
  'Runs the twin of the recorded ASP.NET Core server until Ctrl-C.',
)
  .option('--port <number>', 'port to listen on', wholeNumber(0, 65_535), 5900)
  .option('--redis <host:port>', 'Redis to use as a backplane, with Interop.ChatHub at /messages')
  .option('--redis-prefix <text>', 'prefix of the channels on that Redis')
  .action(runTwin);
await runCommand(command, process.argv.slice(2));

async function runTwin({ port, redis, redisPrefix }: TwinOptions): Promise<void> {
  const backplane = redis === undefined ? undefined : { redis, prefix: redisPrefix };
  try {
    const { startTwin } = await import('./twin/start-twin.ts'); // not needed for the help
    const twin = await startTwin(port, backplane);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => void twin.close());
    console.log(`The twin listens on ${twin.url} (Ctrl-C stops it)`);
  } catch (error) {
    const isPortInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(isPortInUse ? errorTexts.portInUse(port) : (error as Error).message);
    process.exitCode = 1;
  }
}
