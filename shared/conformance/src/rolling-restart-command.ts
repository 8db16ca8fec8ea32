import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { startRedisServer } from '@practical-signalr/redis/local';
import { startHaproxyFront, startLessonFront, startNginxFront } from './hand-over/fronts.ts';
import { measureHandOver } from './hand-over/measure-hand-over.ts';
import { runRollingRestart } from './hand-over/rolling-restart.ts';

interface RollingRestartCommandOptions {
  readonly clients: number;
  readonly front: keyof typeof fronts;
  readonly cost?: boolean;
}

const fronts = { lessons: startLessonFront, haproxy: startHaproxyFront, nginx: startNginxFront };

/** `npm run rolling-restart -- --clients 1000 --front haproxy`: restarts servers under load. */
const command = createCommand(
  'npm run rolling-restart',
  '[-- options]',
  'Restarts three servers one after the other while official clients receive messages and call the hub, and prints what the clients noticed.',
)
  .option('--clients <number>', 'number of clients', wholeNumber(1, 10_000), 1000)
  .option('--front <name>', `load balancer: ${Object.keys(fronts).join(', ')}`, 'lessons')
  .option('--cost', 'measures the hand-over of all clients of one server instead')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ clients, front, cost }: RollingRestartCommandOptions): Promise<void> {
  const redis = await startRedisServer();
  const startFront = fronts[front] ?? startLessonFront;
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
