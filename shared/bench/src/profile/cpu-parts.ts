import type { Profiler, Runtime } from 'node:inspector';

/** The parts that the CPU time of a server is divided into, in the order of the report. */
export const cpuParts = [
  'system calls',
  'V8 and libuv',
  'Node',
  'ws',
  'MessagePack library',
  'other libraries',
  'garbage',
  'ours',
  'application',
] as const;
export type CpuPart = (typeof cpuParts)[number];

/** Native functions that do little more than a system call. */
const systemCalls = new Set([
  'accept',
  'close',
  'connect',
  'getpeername',
  'getsockname',
  'open',
  'setKeepAlive',
  'setNoDelay',
  'shutdown',
  'writev',
  'writeAsciiString',
  'writeBuffer',
  'writeLatin1String',
  'writeUtf8String',
]);

/**
 * Returns the part that a function belongs to, or undefined if the process waits in it.
 * @param frame as the inspector of V8 reports it
 */
export function partOf({ functionName, url }: Runtime.CallFrame): CpuPart | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage';
  if (url === '') return systemCalls.has(functionName) ? 'system calls' : 'V8 and libuv';
  if (url.startsWith('node:')) return 'Node';
  const [, library] =
    /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url) ?? [];
  if (library === 'ws') return 'ws';
  if (library === '@msgpack/msgpack') return 'MessagePack library';
  if (library !== undefined) return 'other libraries';
  return url.includes('/bench/') ? 'application' : 'ours';
}

/** Returns the share of each part in the CPU time of profiles, from 0 to 1. */
export function cpuShares(profiles: readonly Profiler.Profile[]): Record<CpuPart, number> {
  const shares = Object.fromEntries(cpuParts.map((part) => [part, 0])) as Record<CpuPart, number>;
  let total = 0;
  for (const { nodes, samples = [], timeDeltas = [] } of profiles) {
    const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
    for (const [i, id] of samples.entries()) {
      const part = parts.get(id);
      if (part === undefined) continue;
      const time = timeDeltas[i] ?? 0;
      shares[part] += time;
      total += time;
    }
  }
  for (const part of cpuParts) shares[part] = total === 0 ? 0 : shares[part] / total;
  return shares;
}
