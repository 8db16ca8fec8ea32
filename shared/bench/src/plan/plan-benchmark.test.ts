import { expect, test } from 'vitest';
import type { MachineProbe } from '../machine/probe-machine.ts';
import { peers } from '../peers/peer-list.ts';
import { workloads } from '../workloads/workload-list.ts';
import { canRun, type Plan, planBenchmark } from './plan-benchmark.ts';

/** Plans the whole benchmark for a machine that lacks tools, or has few cores or files. */
function planFor(machine: Partial<MachineProbe>, ...withoutTools: string[]): Plan {
  return planBenchmark(peers, workloads, {
    cores: 2,
    openFileLimit: 20_000,
    findTool: (name) => (withoutTools.includes(name) ? undefined : `/usr/bin/${name}`),
    ...machine,
  });
}
const peerNames = (plan: Plan): string[] => plan.peers.map(({ name }) => name);
const workloadNames = (plan: Plan): string[] => plan.workloads.map(({ workload }) => workload.name);

test('a complete machine measures everything and misses nothing', () => {
  const plan = planFor({});
  expect(plan.missing).toEqual([]);
  expect(peerNames(plan)).toEqual(peers.map(({ name }) => name));
  expect(workloadNames(plan)).toEqual(workloads.map(({ name }) => name));
  expect([plan.pinning.server, plan.pinning.load]).toEqual([0, 1]);
});

test('without .NET, the other peers are measured', () => {
  const plan = planFor({}, 'dotnet');
  expect(peerNames(plan)).toEqual(peerNames(planFor({})).filter((name) => name !== 'aspnetcore'));
  expect(plan.missing).toEqual([expect.stringMatching(/^aspnetcore was left out: the \.NET SDK/)]);
});

test('without a C compiler, the load generator in TypeScript measures JSON over WebSockets', () => {
  const plan = planFor({}, 'cc');
  expect(plan.compiler).toBeUndefined();
  expect(peerNames(plan)).toEqual(['ours', 'aspnetcore', 'floor']);
  expect(workloadNames(plan)).toContain('W1-step-1000');
  expect(workloadNames(plan).filter((name) => /^W(7|9|10)-/.test(name))).toEqual([]);
  expect(plan.missing).toContainEqual(expect.stringContaining('no C compiler (cc) is installed'));
  expect(plan.missing).toContainEqual(expect.stringMatching(/^socketio was left out/));
  expect(plan.missing).toContainEqual(expect.stringMatching(/^W9-sse-echo-1 was left out/));
});

test('with one core, nothing is pinned, and the report says so', () => {
  const plan = planFor({ cores: 1 });
  expect(workloadNames(plan)).toEqual(workloads.map(({ name }) => name));
  expect([plan.pinning.server, plan.pinning.load]).toEqual([undefined, undefined]);
  expect(plan.missing).toEqual([expect.stringContaining('shared the only core')]);
});

test('a low limit of open files reduces the reconnects and leaves other large workloads out', () => {
  const plan = planFor({ openFileLimit: 4096 });
  const reconnect = plan.workloads.find(({ workload }) => workload.name.startsWith('W10-'));
  expect(reconnect?.clients).toBe(3896);
  expect(workloadNames(plan).filter((name) => /-(5000|10000)$/.test(name))).toEqual([
    'W10-reconnect-10000',
  ]);
  expect(plan.missing).toContainEqual(
    expect.stringMatching(/^W10-reconnect-10000 was reduced to 3896 clients: .* is 4096\./),
  );
  expect(plan.missing).toContainEqual(expect.stringMatching(/^W1-step-5000 was left out: /));
});

test('without redis-server, only the workloads on Redis are left out', () => {
  const plan = planFor({}, 'redis-server');
  const left = workloads.filter(({ servers }) => servers !== 'redis').map(({ name }) => name);
  expect(workloadNames(plan)).toEqual(left);
  expect(plan.missing).toHaveLength(3);
});

test('our server runs every workload, and each other peer those it is able to', () => {
  const namesFor = (name: string): string[] => {
    const peer = peers.find((each) => each.name === name);
    return workloads.flatMap((each) => (peer && canRun(peer, each) ? [each.name] : []));
  };
  expect(namesFor('ours')).toEqual(workloads.map(({ name }) => name));
  expect(namesFor('aspnetcore').filter((name) => name.includes('plain'))).toEqual([]);
  expect(namesFor('floor').filter((name) => /^W(7|8|9|10)-/.test(name))).toEqual([]);
  expect(namesFor('socketio')).toContain('W10-reconnect-10000');
  expect(namesFor('ws-naive')).toContain('W3-memory-10000');
  expect(namesFor('ws-naive')).not.toContain('W1-burst-5000');
});
