import { parseArgs } from 'node:util';
import { errorTexts } from './error-texts.ts';
import { startTwin } from './twin/start-twin.ts';

// npm run twin -- --port 5900: the twin of the recorded server, until Ctrl-C.
// With --redis 127.0.0.1:6379 [--redis-prefix NAME] it is on a backplane, with the hub Interop.ChatHub at /messages.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5900' },
    redis: { type: 'string' },
    'redis-prefix': { type: 'string' },
  },
});
const joined = values.redis === undefined ? undefined : { redis: values.redis, prefix: values['redis-prefix'] };
const port = Number(values.port);
try {
  const twin = await startTwin(port, joined);
  console.log(`The twin answers on ${twin.url} (Ctrl-C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void twin.close());
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  console.error(errorTexts.portInUse(port));
  process.exitCode = 1;
}
