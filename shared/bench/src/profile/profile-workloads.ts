import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchFolder } from '../folders.ts';
import type { Peer } from '../peers/peer.ts';
import { canRun, type Plan, type PlannedWorkload } from '../plan/plan-benchmark.ts';
import { buildPackages } from '../prepare/build-packages.ts';
import { createRunLoad, type RunLoad } from '../run/load.ts';
import { PeerServers, type RedisAddress } from '../run/peer-servers.ts';
import { createLoadCommand, startRedis } from '../run/run-benchmark.ts';
import { settle } from '../run/server-process.ts';
import { type CpuPart, cpuShares } from './cpu-parts.ts';
import { startRecording, stopRecording } from './profile-files.ts';

/** Where the CPU time of one workload goes in one server. */
export interface ProfiledWorkload {
  readonly workload: string;
  readonly unit: string;
  readonly peer: string;
  /** CPU time per unit in µs, while the profile is recorded. */
  readonly cpuMicroseconds: number;
  /** The share of each part, from 0 to 1. */
  readonly shares: Readonly<Record<CpuPart, number>>;
}

/**
 * Runs each workload once with each peer that runs on Node, and records CPU profiles of its
 * servers. The servers are warm, as in the benchmark.
 * @param plan the peers and the workloads
 * @param report receives each result when it is there
 */
export async function profileWorkloads(
  plan: Plan,
  report: (profiled: ProfiledWorkload) => void,
): Promise<readonly ProfiledWorkload[]> {
  await buildPackages(benchFolder, '.');
  const runLoad = createRunLoad(await createLoadCommand(plan), benchFolder, plan.pinning.load);
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  const redis = await startRedis(plan);
  const address = redis.server && { host: `127.0.0.1:${redis.server.port}` };
  const results: ProfiledWorkload[] = [];
  try {
    for (const peer of plan.peers) {
      const servers = new PeerServers(withProfiler(peer, folder), runLoad, plan.pinning.server, {
        quick: false,
        messagePack: plan.workloads.some(({ workload }) => workload.needs.includes('messagepack')),
      });
      const able = plan.workloads.filter(({ workload }) => canRun(peer, workload));
      try {
        for (const planned of able) {
          const profiled = await profileOne({ servers, planned, runLoad, folder, redis: address });
          results.push(profiled);
          report(profiled);
        }
      } finally {
        await servers.stopAll();
      }
    }
  } finally {
    await redis.server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

/** Returns a peer whose server records profiles on a signal. */
function withProfiler(peer: Peer, folder: string): Peer {
  const recorder = pathToFileURL(join(benchFolder, 'dist/profile/record-on-signal.js'));
  recorder.searchParams.set('folder', folder);
  const command: Peer['command'] = (port, redis) => {
    const [node = '', ...words] = peer.command(port, redis);
    return [node, `--import=${recorder.href}`, ...words];
  };
  return { ...peer, command };
}

interface ProfileOptions {
  readonly servers: PeerServers;
  readonly planned: PlannedWorkload;
  readonly runLoad: RunLoad;
  readonly folder: string;
  readonly redis: RedisAddress | undefined;
}

async function profileOne(options: ProfileOptions): Promise<ProfiledWorkload> {
  const { servers, planned, runLoad, folder, redis } = options;
  const { workload, clients } = planned;
  const started = await servers.get(workload.servers, redis);
  const pids = started.map(({ pid }) => pid);
  await startRecording(folder, pids);
  const { cpuMicroseconds } = await runLoad(servers.peer, started, workload.options(clients, 1));
  const profiles = await stopRecording(folder, pids);
  await settle(started);
  return {
    workload: workload.name,
    unit: workload.unit,
    peer: servers.peer.name,
    cpuMicroseconds,
    shares: cpuShares(profiles),
  };
}
