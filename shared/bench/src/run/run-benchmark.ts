import { tmpdir } from 'node:os';
import { benchFolder } from '../folders.ts';
import {
  currentLoad,
  describeMachine,
  readCommit,
  readVersions,
} from '../machine/describe-machine.ts';
import type { MachineProbe } from '../machine/probe-machine.ts';
import type { Peer } from '../peers/peer.ts';
import { type Plan, planBenchmark } from '../plan/plan-benchmark.ts';
import { buildLoadGenerator } from '../prepare/build-load-generator.ts';
import { buildPackages } from '../prepare/build-packages.ts';
import { preparePeers } from '../prepare/prepare-peers.ts';
import { missingTexts } from '../report/missing-texts.ts';
import type { Results, Run } from '../results/results.ts';
import type { Workload } from '../workloads/workload.ts';
import { createRunLoad } from './load.ts';
import { runRounds } from './run-rounds.ts';
import { ServerProcess } from './server-process.ts';

/** What the benchmark measures, and how. */
export interface BenchmarkOptions {
  readonly peers: readonly Peer[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly form: Results['form'];
  readonly probe: MachineProbe;
  readonly report: (run: Run) => void;
  /** After this many rounds, the servers are replaced by new processes. Default: never. */
  readonly roundsPerProcess?: number;
}

/** The share of the full load in the quick form. */
const QUICK_SHARE = 0.25;

/** Builds what is needed, runs all rounds, and returns the results. */
export async function runBenchmark(options: BenchmarkOptions): Promise<Results> {
  const { probe, form, rounds } = options;
  const startedAt = new Date().toISOString();
  const loadBefore = currentLoad();
  const commit = readCommit();
  await buildPackages(benchFolder, '.');
  const plan = planBenchmark(options.peers, options.workloads, probe);
  const prepared = await preparePeers(plan.peers);
  const redis = await startRedis(plan);
  const workloads = plan.workloads.filter(
    ({ workload }) => workload.servers !== 'redis' || redis.server !== undefined,
  );
  const { runs, missing } = await runRounds({
    peers: prepared.peers,
    workloads,
    rounds,
    share: form === 'quick' ? QUICK_SHARE : 1,
    quickWarmUp: form === 'quick',
    runLoad: createRunLoad(await createLoadCommand(plan), benchFolder, plan.pinning.load),
    serverCore: plan.pinning.server,
    report: options.report,
    ...(options.roundsPerProcess === undefined
      ? {}
      : { roundsPerProcess: options.roundsPerProcess }),
    ...(redis.server === undefined ? {} : { redis: { host: `127.0.0.1:${redis.server.port}` } }),
  }).finally(() => redis.server?.stop());
  return {
    format: 1,
    startedAt,
    form,
    rounds,
    commit,
    machine: describeMachine(probe, plan.pinning.description, loadBefore),
    versions: readVersions(probe),
    missing: [...plan.missing, ...prepared.missing, ...redis.missing, ...missing],
    runs,
  };
}

/** Returns the command of the load generator. */
export async function createLoadCommand({ compiler }: Plan): Promise<readonly string[]> {
  if (compiler !== undefined) return buildLoadGenerator(compiler);
  return [process.execPath, `${benchFolder}dist/load/load-command.js`];
}

/** The Redis of the benchmark, or why there is none. */
export interface RedisOutcome {
  readonly server?: ServerProcess;
  readonly missing: readonly string[];
}

/** Starts a Redis that keeps nothing on disk, if a workload needs it. */
export async function startRedis({ workloads, pinning }: Plan): Promise<RedisOutcome> {
  if (workloads.every(({ workload }) => workload.servers !== 'redis')) return { missing: [] };
  const createCommand = (port: number): string[] => [
    'redis-server',
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  try {
    return { server: await ServerProcess.start(createCommand, pinning.load), missing: [] };
  } catch (error) {
    return { missing: [missingTexts.redisDidNotStart((error as Error).message)] };
  }
}
