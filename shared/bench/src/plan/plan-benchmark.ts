import type { MachineProbe } from '../machine/probe-machine.ts';
import type { Peer } from '../peers/peer.ts';
import { missingTexts } from '../report/missing-texts.ts';
import type { Workload } from '../workloads/workload.ts';

/** Which processor cores the processes use. Undefined if they are not pinned. */
export interface Pinning {
  readonly server?: number;
  readonly load?: number;
  readonly description: string;
}

/** A workload with the number of connections that this machine allows. */
export interface PlannedWorkload {
  readonly workload: Workload;
  readonly clients: number;
}

/** What is measured on this machine, and what is not. */
export interface Plan {
  readonly peers: readonly Peer[];
  readonly workloads: readonly PlannedWorkload[];
  readonly pinning: Pinning;
  /**
   * The C compiler for the load generator. Without it, the load generator in TypeScript is used.
   */
  readonly compiler?: string;
  readonly missing: readonly string[];
}

/** The number of files that a process opens in addition to its connections. */
const SPARE_FILES = 200;

/** Decides what can be measured on a machine. */
export function planBenchmark(
  peers: readonly Peer[],
  workloads: readonly Workload[],
  { cores, openFileLimit, findTool }: MachineProbe,
): Plan {
  const missing: string[] = [];
  const compiler = findTool('cc');
  const isAvailable = ({ name, requires, protocol }: Peer): boolean => {
    if (requires === 'dotnet' && findTool('dotnet') === undefined) {
      missing.push(missingTexts.noDotnet(name));
      return false;
    }
    if (compiler !== undefined || protocol === 'json') return true;
    missing.push(missingTexts.peerNeedsCompiler(name));
    return false;
  };
  const availablePeers = peers.filter(isAvailable);
  if (compiler === undefined) missing.push(missingTexts.noCompiler);
  const planned = workloads.flatMap((workload) => {
    const reason = reasonToSkip(workload, compiler, findTool);
    if (reason !== undefined) {
      missing.push(reason);
      return [];
    }
    const clients = Math.min(workload.clients, openFileLimit - SPARE_FILES);
    if (clients === workload.clients) return [{ workload, clients }];
    const isReduced = workload.canShrink === true && clients > 0;
    missing.push(
      missingTexts.lowFileLimit(workload, openFileLimit, isReduced ? clients : undefined),
    );
    return isReduced ? [{ workload, clients }] : [];
  });
  const pinning = choosePinning(cores, findTool('taskset') !== undefined);
  if (pinning.server === undefined) missing.push(missingTexts.notPinned(cores));
  return {
    peers: availablePeers,
    workloads: planned,
    pinning,
    missing,
    ...(compiler === undefined ? {} : { compiler }),
  };
}

function reasonToSkip(
  { name, servers, needs }: Workload,
  compiler: string | undefined,
  findTool: MachineProbe['findTool'],
): string | undefined {
  if (servers === 'redis' && findTool('redis-server') === undefined)
    return missingTexts.noRedis(name);
  if (compiler !== undefined) return undefined;
  const needsC = ['messagepack', 'http-transports', 'reconnect'] as const;
  const isSupported = needsC.every((ability) => !needs.includes(ability));
  return isSupported ? undefined : missingTexts.workloadNeedsCompiler(name);
}

function choosePinning(cores: number, hasTaskset: boolean): Pinning {
  if (cores < 2) return { description: 'all processes share the only core' };
  if (!hasTaskset) return { description: 'the processes are not pinned to cores' };
  return {
    server: 0,
    load: 1,
    description: 'servers on core 0, load generator and Redis on core 1',
  };
}

/** Returns whether a peer runs a workload. */
export const canRun = ({ abilities, protocol }: Peer, { needs, isForHubs }: Workload): boolean =>
  needs.every((ability) => abilities.includes(ability)) &&
  !(isForHubs === true && protocol === 'plain');
