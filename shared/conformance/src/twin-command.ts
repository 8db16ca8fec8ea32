import { commandSwitches, wholeNumber } from './command-switches.ts';
import { errorTexts } from './error-texts.ts';
import { startTwin } from './twin/start-twin.ts';

const switches = {
  port: 'port to listen on (5900)',
  redis: 'host:port of a Redis, as its backplane, with the hub Interop.ChatHub at /messages (none)',
  'redis-prefix': 'what the channels on that Redis begin with (nothing)',
};

/** `npm run twin -- --port 5900`: the twin of the recorded server, until Ctrl-C. */
async function twinCommand(args: readonly string[]): Promise<void> {
  const values = commandSwitches('npm run twin -- [switches]', switches, args);
  if (values === undefined) return;
  const joined =
    values.redis === undefined
      ? undefined
      : { redis: values.redis, prefix: values['redis-prefix'] };
  const port = wholeNumber('port', values.port ?? '5900', 0, 65_535);
  try {
    const twin = await startTwin(port, joined);
    console.log(`The twin answers on ${twin.url} (Ctrl-C ends it)`);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => void twin.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(errorTexts.portInUse(port), { cause: error });
  }
}

try {
  await twinCommand(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
