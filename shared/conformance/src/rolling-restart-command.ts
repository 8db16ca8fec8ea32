import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { type FrontName, frontNames } from './hand-over/front-names.ts';

interface RollingRestartCommandOptions {
  readonly clients: number;
  readonly front: FrontName;
  readonly cost?: boolean;
}

/** `npm run rolling-restart -- --clients 1000 --front haproxy`: restarts servers under load. */
const command = createCommand(
  'npm run rolling-restart',
  '[-- options]',
  'Restarts three servers one after the other while official clients receive messages and call the hub, and prints what the clients noticed.',
)
  .option('--clients <number>', 'number of clients', wholeNumber(1, 10_000), 1000)
  .addOption(
    new Option('--front <name>', `load balancer: ${frontNames.join(', ')}`)
      .choices(frontNames)
      .default('lessons'),
  )
  .option('--cost', 'measure the hand-over of all clients of one server instead')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ clients, front, cost }: RollingRestartCommandOptions): Promise<void> {
  // The help needs none of this.
  const { startRedisServer } = await import('@practical-signalr/redis/local');
  const { fronts } = await import('./hand-over/fronts.ts');
  const { measureHandOver } = await import('./hand-over/measure-hand-over.ts');
  const { runRollingRestart } = await import('./hand-over/rolling-restart.ts');
  const redis = await startRedisServer();
  const startFront = fronts[front];
  const report =
    cost === true
      ? await measureHandOver(redis.url, clients, 10, startFront)
      : await runRollingRestart({
          redisUrl: redis.url,
          clients,
          interval: Math.max(10, clients / 2),
          startFront,
        });
  console.log(report);
  await redis.close();
}
