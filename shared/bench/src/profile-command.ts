import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { errorTexts } from './error-texts.ts';
import { currentLoad, describeMachine } from './machine/describe-machine.ts';
import { probeMachine } from './machine/probe-machine.ts';
import { planBenchmark } from './plan/plan-benchmark.ts';
import { formatProfiles, writeProfiles } from './profile/profile-report.ts';
import { profileWorkloads } from './profile/profile-workloads.ts';
import { formatNumber } from './report/format-number.ts';
import { exitOnSignals } from './run/child-processes.ts';
import { selectPeers, selectWorkloads } from './select.ts';

interface ProfileCommandOptions {
  readonly peers: string;
  readonly workloads?: string;
  readonly writeDocs?: true;
}

/** `npm run bench:profile`: shows which part of a server the CPU time of a workload goes to. */
const command = createCommand(
  'npm run bench:profile',
  '[-- options]',
  'Records CPU profiles of servers under the workloads of the benchmark, and prints how much time system calls, Node, libraries and our own code take. Takes about three minutes.',
)
  .option('--peers <names>', 'servers on Node, separated by commas', 'ours,floor')
  .option('--workloads <names>', 'workloads or their first letters, for example W4,W9-sse-echo-1')
  .option('--write-docs', 'write the table to the documentation')
  .action(run);
exitOnSignals();
await runCommand(command, process.argv.slice(2));

async function run({ peers, workloads, writeDocs }: ProfileCommandOptions): Promise<void> {
  try {
    if (process.platform !== 'linux') throw new Error(errorTexts.notLinux);
    const selected = selectPeers(peers, false);
    const other = selected.find(({ command }) => command(0)[0] !== process.execPath);
    if (other !== undefined) throw new Error(errorTexts.notProfiled(other.name));
    const probe = probeMachine();
    const loadBefore = currentLoad();
    const plan = planBenchmark(selected, selectWorkloads(workloads, true), probe);
    for (const reason of plan.missing) console.error(reason);
    const profiles = await profileWorkloads(plan, ({ workload, peer, cpuMicroseconds }) =>
      console.error(`${workload} ${peer}: ${formatNumber(cpuMicroseconds)} µs CPU`),
    );
    const machine = describeMachine(probe, plan.pinning.description, loadBefore);
    const table = formatProfiles(profiles, machine);
    if (writeDocs === true) writeProfiles(table);
    console.log(table);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
