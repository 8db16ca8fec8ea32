import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { runCostLoad } from './cost/cost-load.ts';
import { runBurstLoad } from './load/burst-load.ts';
import { runLargeMessageLoad } from './load/large-message-load.ts';
import type { LoadOutcome } from './load/load-outcome.ts';
import { runMemoryLoad } from './load/memory-load.ts';
import { runSteadyLoad } from './load/steady-load.ts';
import { writeResults } from './results/write-result.ts';

interface LoadCommandOptions {
  readonly scenario: keyof typeof scenarios | 'all';
  readonly connections?: number;
  readonly seconds: number;
  readonly writeDocs?: true;
}

const onProgress = (text: string): void => console.log(text);

const scenarios = {
  steady: {
    check: 'messages flow over many connections',
    run: ({ connections = 10_000, seconds }: LoadCommandOptions) =>
      runSteadyLoad({
        connections,
        seconds,
        messageInterval: 2000,
        callInterval: 20_000,
        warmUp: 30,
        onProgress,
      }),
  },
  burst: {
    check: 'many clients connect at once',
    run: ({ connections = 5000 }: LoadCommandOptions) => runBurstLoad(connections),
  },
  large: {
    check: 'large messages, and clients that do not read',
    run: ({ connections = 1000 }: LoadCommandOptions) =>
      runLargeMessageLoad({ connections, sendTimeout: 10_000 }),
  },
  memory: {
    check: 'memory for each connection',
    run: ({ connections = 5000 }: LoadCommandOptions) => runMemoryLoad(connections),
  },
  cost: {
    check: 'calls with all limits, and with the admin page',
    run: () => runCostLoad({ rounds: 21, calls: 50_000 }),
  },
} as const;
const names = Object.keys(scenarios) as (keyof typeof scenarios)[];

/** `npm run load -- --scenario steady --seconds 120`: many connections on one server process. */
const command = createCommand(
  'npm run load',
  '[-- options]',
  'Loads one server process with thousands of connections, and checks that nothing is lost and memory stays bounded.',
)
  .addOption(
    new Option('--scenario <name>', `what to run: all, ${names.join(', ')}`)
      .choices(['all', ...names])
      .default('all'),
  )
  .option('--connections <number>', 'number of connections', wholeNumber(10, 1_000_000))
  .option('--seconds <number>', 'duration of the load steady, in s', wholeNumber(1, 1_000_000), 600)
  .option('--write-docs', 'write the results to the documentation')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run(options: LoadCommandOptions): Promise<void> {
  for (const name of options.scenario === 'all' ? names : [options.scenario]) {
    const scenario = scenarios[name];
    const outcome = await scenario.run(options);
    print(name, outcome);
    if (options.writeDocs !== true) continue;
    const { tried, outcome: text, faults } = outcome;
    const { connections, seconds } = options;
    const sizes = [
      ...(connections === undefined ? [] : [`--connections ${connections}`]),
      ...(name === 'steady' ? [`--seconds ${seconds}`] : []),
    ];
    const command = ['npm run load --', `--scenario ${name}`, ...sizes].join(' ');
    writeResults([
      {
        area: 'load',
        check: scenario.check,
        tried,
        outcome: text,
        violations: faults.length,
        command,
      },
    ]);
  }
}

function print(name: string, { tried, outcome, faults }: LoadOutcome): void {
  console.log(`${name}: ${tried}: ${outcome}`);
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
