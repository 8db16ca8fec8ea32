import { currentLoad } from '../machine/describe-machine.ts';
import type { Peer } from '../peers/peer.ts';
import { canRun, type PlannedWorkload } from '../plan/plan-benchmark.ts';
import { missingTexts } from '../report/missing-texts.ts';
import type { Run } from '../results/results.ts';
import type { RunLoad } from './load.ts';
import { PeerServers, type RedisAddress } from './peer-servers.ts';
import { settle } from './server-process.ts';

/** What the rounds need to know. */
export interface RoundOptions {
  readonly peers: readonly Peer[];
  readonly workloads: readonly PlannedWorkload[];
  readonly rounds: number;
  /** The share of the full load, from 0 to 1. */
  readonly share: number;
  readonly quickWarmUp: boolean;
  readonly runLoad: RunLoad;
  readonly serverCore: number | undefined;
  readonly redis?: RedisAddress;
  /** After this many rounds, the servers are replaced by new processes. Default: never. */
  readonly roundsPerProcess?: number;
  /** Receives each run when it has ended. */
  readonly report: (run: Run) => void;
}

/** The runs, and what was left out. */
export interface RoundResults {
  readonly runs: readonly Run[];
  readonly missing: readonly string[];
}

/**
 * Runs all workloads with all peers, in rounds. Within a round, the peers of a workload run one
 * after the other, and each round starts with another peer, so that no peer has a better place.
 */
export async function runRounds(options: RoundOptions): Promise<RoundResults> {
  const { peers, workloads, rounds } = options;
  const messagePack = workloads.some(({ workload }) => workload.needs.includes('messagepack'));
  const servers = peers.map(
    (peer) =>
      new PeerServers(peer, options.runLoad, options.serverCore, {
        quick: options.quickWarmUp,
        messagePack,
      }),
  );
  const state: State = { options, runs: [], missing: [], absent: new Set() };
  try {
    for (let round = 0; round < rounds; round++) {
      const isNewProcess = round > 0 && round % (options.roundsPerProcess ?? Infinity) === 0;
      if (isNewProcess) await Promise.all(servers.map((each) => each.stopAll()));
      for (const planned of workloads) {
        const able = servers.filter(({ peer }) => canRun(peer, planned.workload));
        for (let i = 0; i < able.length; i++)
          await runOnce(state, able[(i + round) % able.length] as PeerServers, planned, round);
      }
    }
  } finally {
    await Promise.all(servers.map((each) => each.stopAll()));
  }
  return state;
}

interface State {
  readonly options: RoundOptions;
  readonly runs: Run[];
  readonly missing: string[];
  /** Peers whose servers did not start. They are not started again. */
  readonly absent: Set<string>;
}

/** Runs a workload with a peer. A failure is part of the results, and the other runs go on. */
async function runOnce(
  { options, runs, missing, absent }: State,
  servers: PeerServers,
  { workload, clients }: PlannedWorkload,
  round: number,
): Promise<void> {
  const { name, servers: kind } = workload;
  const peer = servers.peer;
  if (absent.has(peer.name)) return;
  let started;
  try {
    started = await servers.get(kind, options.redis);
  } catch (error) {
    absent.add(peer.name);
    missing.push(missingTexts.peerDidNotStart(peer.name, (error as Error).message));
    return;
  }
  const loadOptions = workload.options(clients, options.share);
  const outcome = await options.runLoad(peer, started, loadOptions).then(
    (measurement) => ({ measurement }),
    (error: unknown) => ({ error: (error as Error).message }),
  );
  const run: Run = { round, workload: name, peer: peer.name, load: currentLoad(), ...outcome };
  runs.push(run);
  options.report(run);
  if (run.error !== undefined) missing.push(missingTexts.runFailed(peer.name, name, run.error));
  if (started.some(({ isRunning }) => !isRunning))
    missing.push(missingTexts.peerStopped(peer.name, name));
  if (kind === 'fresh') await servers.stop(kind);
  else await settle(started);
}
