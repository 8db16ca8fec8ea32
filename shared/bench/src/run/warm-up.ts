import type { Peer } from '../peers/peer.ts';
import type { LoadOptions } from '../workloads/workload.ts';
import type { RunLoad } from './load.ts';
import { type ServerProcess, settle } from './server-process.ts';

/** Loads after which the compilers of Node and .NET have optimized the code. */
const loads: readonly LoadOptions[] = [
  { mode: 'echo', clients: 20, depth: 4, seconds: 1.5 },
  { mode: 'burst', clients: 100, count: 1500 },
  { mode: 'step', clients: 100, count: 400 },
  { mode: 'echo', clients: 20, depth: 1, seconds: 0.7 },
  { mode: 'connect', clients: 500 },
  { mode: 'stream', clients: 2, count: 20_000 },
  { mode: 'group', clients: 200, groups: 100, count: 4000 },
];
const quickLoads: readonly LoadOptions[] = [
  { mode: 'echo', clients: 20, depth: 4, seconds: 0.8 },
  { mode: 'burst', clients: 100, count: 1000 },
  { mode: 'step', clients: 100, count: 200 },
  { mode: 'connect', clients: 200 },
  { mode: 'stream', clients: 2, count: 10_000 },
];
const redisLoads: readonly LoadOptions[] = [
  { mode: 'step', clients: 100, count: 400 },
  { mode: 'burst', clients: 100, count: 1000 },
  { mode: 'step', clients: 2, count: 1000 },
];

/** The properties of a workload that decide how a server is warmed up. */
export interface WarmUpOptions {
  readonly quick: boolean;
  readonly messagePack: boolean;
  readonly redis: boolean;
}

/** Puts loads on new servers, so that the first measured run is as fast as the others. */
export async function warmUp(
  runLoad: RunLoad,
  peer: Peer,
  servers: readonly ServerProcess[],
  { quick, messagePack, redis }: WarmUpOptions,
): Promise<void> {
  const ownLoads = quick ? quickLoads : loads;
  for (const options of redis ? redisLoads : ownLoads) {
    await runLoad(peer, servers, options);
    if (messagePack && peer.abilities.includes('messagepack') && !redis)
      await runLoad(peer, servers, { ...options, protocol: 'messagepack' });
  }
  await settle(servers);
}
