import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { reportCluster, writeClusterReport } from './cluster/cluster-report.ts';
import { errorTexts } from './error-texts.ts';

interface ClusterCommandOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly writeDocs?: true;
}

/** `npm run bench:cluster`: compares one worker with two workers of an application. */
const command = createCommand(
  'npm run bench:cluster',
  '[-- options]',
  'Measures what two workers cost compared with one: CPU time for calls, messages for broadcasts, CPU time of idle workers.',
)
  .option('--rounds <number>', 'how often each side is measured', wholeNumber(1, 100), 5)
  .option('--seconds <number>', 'duration of each measurement, in s', wholeNumber(1, 60), 2)
  .option('--write-docs', 'write the results to the guide')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ rounds, seconds, writeDocs }: ClusterCommandOptions): Promise<void> {
  try {
    if (process.platform !== 'linux') throw new Error(errorTexts.notLinux);
    const report = await reportCluster(rounds, seconds, (line) => console.error(line));
    if (writeDocs === true) writeClusterReport(report);
    console.log(report);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
