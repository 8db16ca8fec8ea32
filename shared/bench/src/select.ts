import { errorTexts } from './error-texts.ts';
import type { Peer } from './peers/peer.ts';
import { peers } from './peers/peer-list.ts';
import type { Workload } from './workloads/workload.ts';
import { workloads } from './workloads/workload-list.ts';

const quickPeers = ['ours', 'aspnetcore', 'floor'];

/** Returns the peers of a comma-separated option, or those of the form. */
export function selectPeers(option: string | undefined, isFull: boolean): readonly Peer[] {
  if (option === undefined) return peers.filter(({ name }) => isFull || quickPeers.includes(name));
  return option.split(',').map((wanted) => {
    const found = peers.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const names = peers.map(({ name }) => name);
    throw new Error(errorTexts.unknownPeer(wanted, names));
  });
}

/**
 * Returns the workloads of a comma-separated option, or those of the form. `W1` selects all whose
 * name starts with `W1-`; a whole name selects one.
 */
export function selectWorkloads(option: string | undefined, isFull: boolean): readonly Workload[] {
  if (option === undefined) return workloads.filter(({ quick }) => isFull || quick);
  const names = workloads.map(({ name }) => name);
  const selected = option.split(',').flatMap((wanted) => {
    const found = names.filter((name) => name === wanted || name.startsWith(`${wanted}-`));
    if (names.includes(wanted)) return [wanted];
    if (found.length === 0) throw new Error(errorTexts.unknownWorkload(wanted, names));
    return found;
  });
  return workloads.filter(({ name }) => selected.includes(name));
}
