import { median } from '@practical-signalr/lesson-kit';
import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import type { HistoryLoad } from './history-cost/measure-history.ts';

interface HistoryCostCommandOptions {
  readonly clients: number;
  readonly messages: number;
  readonly rounds: number;
}

const format = (ratio: number): string => ratio.toFixed(2);

/** `npm run history-cost`: compares broadcasts with and without a history. */
const command = createCommand(
  'npm run history-cost',
  '[-- options]',
  'Broadcasts messages over two servers with and without a history, and prints how much CPU time the servers need in comparison.',
)
  .option('--clients <number>', 'number of clients', wholeNumber(1, 10_000), 1000)
  .option('--messages <number>', 'number of messages', wholeNumber(1, 100_000), 600)
  .option('--rounds <number>', 'number of comparisons', wholeNumber(1, 100), 3)
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ clients, messages, rounds }: HistoryCostCommandOptions): Promise<void> {
  await compare('without a pause', { clients, messages, interval: 0 }, rounds);
  await compare('one every 10 ms', { clients, messages, interval: 10 }, rounds);
}

/** Prints the ratio of each round and the median. */
async function compare(name: string, load: HistoryLoad, rounds: number): Promise<void> {
  // The help does not need this.
  const { measureBroadcasts } = await import('./history-cost/measure-history.ts');
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await measureBroadcasts(load, false);
    ratios.push((await measureBroadcasts(load, true)) / without);
  }
  console.log(`${name}: ${ratios.map(format).join(', ')} (median ${format(median(ratios))})`);
}
