import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { type FrontName, frontNames } from './hand-over/front-names.ts';

interface ServerCrashCommandOptions {
  readonly clients: number;
  readonly front: FrontName;
}

/** `npm run server-crash -- --clients 1000`: kills a server under load. */
const command = createCommand(
  'npm run server-crash',
  '[-- options]',
  'Kills one of three servers with a history while official clients receive messages, and prints whether they recovered.',
)
  .option('--clients <number>', 'number of clients', wholeNumber(1, 10_000), 1000)
  .addOption(
    new Option('--front <name>', `load balancer: ${frontNames.join(', ')}`)
      .choices(frontNames)
      .default('haproxy'),
  )
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ clients, front }: ServerCrashCommandOptions): Promise<void> {
  // The help needs none of this.
  const { startRedisServer } = await import('@practical-signalr/redis/local');
  const { fronts } = await import('./hand-over/fronts.ts');
  const { runCrash } = await import('./crash/run-crash.ts');
  const redis = await startRedisServer();
  try {
    const report = await runCrash({
      redisUrl: redis.url,
      clients,
      interval: Math.max(10, clients / 2),
      startFront: fronts[front],
    });
    console.log(report);
  } finally {
    await redis.close();
  }
}
