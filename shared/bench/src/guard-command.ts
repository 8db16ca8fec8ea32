import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';
import { benchFolder } from './folders.ts';
import { type BaselineBuild, buildBaseline } from './guard/baseline-build.ts';
import { formatGuardReport } from './guard/format-guard-report.ts';
import { guardPeers, judgeChange } from './guard/judge-change.ts';
import { probeMachine } from './machine/probe-machine.ts';
import { createOwnPeer, ownServerFile } from './peers/peer-list.ts';
import { buildPackages } from './prepare/build-packages.ts';
import { printRun } from './report/print-run.ts';
import { resultsFile, writeResults } from './results/results-file.ts';
import { exitOnSignals } from './run/child-processes.ts';
import { runBenchmark } from './run/run-benchmark.ts';
import { selectWorkloads } from './select.ts';

interface GuardCommandOptions {
  readonly ref: string;
  readonly rounds: number;
  readonly workloads?: string;
}

/**
 * The number of rounds after which the servers are started again, because two processes of the same
 * build differ by a few percent.
 */
const ROUNDS_PER_PROCESS = 2;

/** `npm run bench:guard`: fails if the current build needs more CPU time than an earlier one. */
const command = createCommand(
  'npm run bench:guard',
  '[-- options]',
  'Compares the CPU time of this server with that of an earlier commit, and fails if it has increased beyond noise. Takes about five minutes.',
)
  .option('--ref <commit>', 'branch, tag or commit to compare with', 'main')
  .option(
    '--rounds <number>',
    'how often each workload runs with each build',
    wholeNumber(2, 100),
    8,
  )
  .option('--workloads <names>', 'workloads or their first letters, for example W1,W2-echo-16')
  .action(run);
exitOnSignals();
await runCommand(command, process.argv.slice(2));

async function run({ ref, rounds, workloads }: GuardCommandOptions): Promise<void> {
  let baseline: BaselineBuild | undefined;
  try {
    if (process.platform !== 'linux') throw new Error(errorTexts.notLinux);
    const selected = selectWorkloads(workloads, false);
    await buildPackages(benchFolder, '.');
    baseline = await buildBaseline(ref);
    const before = baseline.serverFile;
    const results = await runBenchmark({
      peers: [
        createOwnPeer(guardPeers.current, 'the current build', ownServerFile),
        createOwnPeer(guardPeers.before, 'the build of the earlier commit', before),
        createOwnPeer(guardPeers.again, 'the same build in another process', before),
      ],
      workloads: selected,
      rounds,
      form: 'quick',
      probe: probeMachine(),
      report: printRun,
      roundsPerProcess: ROUNDS_PER_PROCESS,
    });
    writeResults(resultsFile(results), results);
    const judgments = selected.flatMap(({ name }) => judgeChange(results, name) ?? []);
    console.log(formatGuardReport(results, judgments, baseline.commit));
    const isSlower = judgments.some(({ verdict }) => verdict === 'slower');
    if (isSlower || judgments.length === 0) process.exitCode = 1;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  } finally {
    baseline?.remove();
  }
}
