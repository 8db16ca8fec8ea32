import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';
import { probeMachine } from './machine/probe-machine.ts';
import { makePages, publish } from './page/publish.ts';
import { formatReport } from './report/format-report.ts';
import { printRun } from './report/print-run.ts';
import { resultsFile, writeResults } from './results/results-file.ts';
import { exitOnSignals } from './run/child-processes.ts';
import { runBenchmark } from './run/run-benchmark.ts';
import { selectPeers, selectWorkloads } from './select.ts';

interface BenchCommandOptions {
  readonly full?: true;
  readonly rounds: number;
  readonly peers?: string;
  readonly workloads?: string;
  readonly publish?: true;
  readonly page?: true;
}

/** `npm run bench`: measures this server and others, and prints a report. */
const command = createCommand(
  'npm run bench',
  '[-- options]',
  'Measures this server and others under the same load, and prints a report. The quick form takes less than two minutes.',
)
  .option('--full', 'all workloads and peers with their full load: about 40 minutes')
  .option(
    '--rounds <number>',
    'how often each workload runs with each peer',
    wholeNumber(1, 100),
    3,
  )
  .option(
    '--peers <names>',
    'peers to measure, separated by commas; the others are compared with the first',
  )
  .option('--workloads <names>', 'workloads or their first letters, for example W1,W2-echo-16')
  .option(
    '--publish',
    'write the results of the full form to the performance page of the documentation',
  )
  .option(
    '--page',
    'write the performance page again from the published results, without measuring',
  )
  .action(run);
exitOnSignals();
await runCommand(command, process.argv.slice(2));

async function run(options: BenchCommandOptions): Promise<void> {
  const { full, rounds, peers, workloads } = options;
  const isPart = full === undefined || peers !== undefined || workloads !== undefined;
  try {
    if (options.page === true) return makePages();
    if (options.publish === true && isPart) throw new Error(errorTexts.publishWithoutFull);
    if (process.platform !== 'linux') throw new Error(errorTexts.notLinux);
    const isFull = full === true;
    const results = await runBenchmark({
      peers: selectPeers(peers, isFull),
      workloads: selectWorkloads(workloads, isFull),
      rounds,
      form: isFull ? 'full' : 'quick',
      probe: probeMachine(),
      report: printRun,
    });
    const file = resultsFile(results);
    writeResults(file, results);
    console.log(formatReport(results));
    console.log(`Results: ${file}`);
    if (options.publish === true) publish(results);
    if (results.runs.length === 0) process.exitCode = 1;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
