import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { runModel } from './model/run-model.ts';
import { type WorldName, worlds } from './model/worlds/start-world.ts';
import { writeResults } from './results/write-result.ts';

interface ModelCommandOptions {
  readonly seed: number;
  readonly steps: number;
  readonly over: WorldName | 'all';
  readonly writeDocs?: true;
}

const names = Object.keys(worlds) as WorldName[];

/** `npm run model -- --seed 1 --steps 100000 --over redis`: random operations against the model. */
const command = createCommand(
  'npm run model',
  '[-- options]',
  'Runs random operations of official clients, and compares what the clients receive with a simple model.',
)
  .option('--seed <number>', 'seed of the first run', wholeNumber(0, 2 ** 31), 1)
  .option('--steps <number>', 'number of operations, at least', wholeNumber(1, 1e9), 10_000)
  .addOption(
    new Option('--over <name>', `what connects the servers: all, ${names.join(', ')}`)
      .choices(['all', ...names])
      .default('all'),
  )
  .option('--write-docs', 'write the results to the documentation')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ seed, steps, over, writeDocs }: ModelCommandOptions): Promise<void> {
  for (const name of over === 'all' ? names : [over]) {
    const world = await worlds[name]();
    const startedAt = performance.now();
    const report = await runModel(world, {
      seed,
      steps,
      shrinks: true,
      onRun: (count) => process.stdout.write(`\r${name}: ${count} operations`),
    });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`\r${name}: ${report.steps} operations in ${report.runs} runs, ${seconds} s`);
    if (report.failure !== undefined) {
      console.log(report.failure);
      process.exitCode = 1;
    }
    await world.close();
    if (writeDocs === true)
      writeResults([
        {
          area: 'model',
          check: `over ${name}`,
          tried: `${report.steps.toLocaleString('en')} operations in ${report.runs} runs`,
          outcome: report.failure === undefined ? 'as the model' : 'differs from the model',
          violations: report.failure === undefined ? 0 : 1,
          command: `npm run model -- --over ${name} --seed ${seed} --steps ${steps}`,
        },
      ]);
  }
}
