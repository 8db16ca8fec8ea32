import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { Option } from 'commander';
import { clientLinkFaults } from './faults/client-link.ts';
import { emulatorLinkFaults } from './faults/emulator-link.ts';
import type { FaultCase, ReportCounts } from './faults/fault-case.ts';
import { blockedEventLoop, machineFaults } from './faults/machine.ts';
import { redisLinkFaults } from './faults/redis-link.ts';
import { redisOutages } from './faults/redis-outage.ts';
import { writeResults } from './results/write-result.ts';

interface FaultsCommandOptions {
  readonly of: keyof typeof suites | 'all';
  readonly writeDocs?: true;
}

const suites = {
  clients: { check: 'between a client and the server', cases: clientLinkFaults },
  redis: { check: 'between a server and Redis', cases: redisLinkFaults },
  outages: { check: 'outages of Redis under load', cases: redisOutages },
  emulator: { check: 'between a server and the emulator', cases: emulatorLinkFaults },
  machine: {
    check: 'of a process or a machine',
    cases: [...machineFaults, blockedEventLoop(40)],
  },
} as const;
const names = Object.keys(suites) as (keyof typeof suites)[];

/** `npm run faults`: faults of the network and the machine, and what must hold. */
const command = createCommand(
  'npm run faults',
  '[-- options]',
  'Causes faults of the network and the machine, and checks that the guarantees hold.',
)
  .addOption(
    new Option('--of <name>', `which faults: all, ${names.join(', ')}`)
      .choices(['all', ...names])
      .default('all'),
  )
  .option('--write-docs', 'write the results to the documentation')
  .action(run);
await runCommand(command, process.argv.slice(2));

async function run({ of, writeDocs }: FaultsCommandOptions): Promise<void> {
  for (const name of of === 'all' ? names : [of]) {
    const { check, cases } = suites[name];
    const failed: string[] = [];
    const counted: string[] = [];
    for (const fault of cases) {
      const report = (counts: string): number => counted.push(`${fault.name}: ${counts}`);
      if (!(await survives(fault, report))) failed.push(fault.name);
    }
    if (failed.length > 0) process.exitCode = 1;
    if (writeDocs !== true) continue;
    writeResults([
      {
        area: 'faults',
        check,
        tried: cases.map((fault) => fault.name).join('; '),
        outcome: [
          failed.length === 0 ? 'all survived' : `not survived: ${failed.join('; ')}`,
          ...counted,
        ].join('; '),
        violations: failed.length,
        command: `npm run faults -- --of ${name}`,
      },
    ]);
  }
}

async function survives(
  { name, mustHold, run: check }: FaultCase,
  report: ReportCounts,
): Promise<boolean> {
  const startedAt = performance.now();
  try {
    await check((counts) => {
      report(counts);
      console.log(`${name}: ${counts}`);
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`survived after ${seconds} s: ${name}. ${mustHold}`);
    return true;
  } catch (error) {
    console.log(`FAULT: ${name}. ${mustHold}`, error);
    return false;
  }
}
