import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { writeResults } from '@practical-signalr/stress';
import { Option } from 'commander';
import { createResult } from './fuzzing/create-result.ts';
import { fuzz } from './fuzzing/fuzz.ts';
import { isSuperlinear, measureGrowth } from './fuzzing/measure-growth.ts';
import { parsers } from './parsers.ts';

interface FuzzCommandOptions {
  readonly parser?: string;
  readonly seed?: number;
  readonly seconds: number;
  readonly growth?: boolean;
  readonly writeDocs?: true;
}

const names = parsers.map(({ name }) => name);

/** `npm run fuzz -- --parser json --seconds 60`: sends changed inputs to the parsers. */
const command = createCommand(
  'npm run fuzz',
  '[-- options]',
  'Changes kept inputs at random and parses them, until a parser fails or the time is over.',
)
  .addOption(
    new Option('--parser <name>', `fuzz one parser only: ${names.join(', ')}`).choices(names),
  )
  .option('--seed <number>', 'repeat the inputs of an earlier run', wholeNumber(0, 2 ** 32 - 1))
  .option('--seconds <number>', 'time for each parser, in s', wholeNumber(1, 1_000_000), 10)
  .option('--growth', 'measure how the time grows with the size of the input instead')
  .option('--write-docs', 'write the numbers of inputs to the documentation')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run(options: FuzzCommandOptions): Promise<void> {
  const { parser: only, seed, seconds, growth, writeDocs } = options;
  const chosen = parsers.filter(({ name }) => only === undefined || name === only);
  for (const parser of chosen) {
    if (growth === true) {
      for (const one of await measureGrowth(parser)) {
        console.log(
          `${one.parser}: ${one.kind}: ${one.sizes} times the size, ${one.factor.toFixed(1)} times the time`,
        );
        if (isSuperlinear(one)) process.exitCode = 1;
      }
      continue;
    }
    const usedSeed = seed ?? Math.floor(Math.random() * 2 ** 32);
    console.log(`${parser.name} (${parser.description}), seed ${usedSeed}`);
    const result = await fuzz(parser, usedSeed, { until: Date.now() + seconds * 1000 });
    console.log(`  ${result.inputs} inputs: ${describe(result.outcomes)}`);
    // A fault stops the command before this line, so it never replaces a result.
    if (writeDocs === true) writeResults([createResult(parser, result, seconds)]);
  }
}

function describe(outcomes: Readonly<Record<string, number>>): string {
  return Object.entries(outcomes)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}
