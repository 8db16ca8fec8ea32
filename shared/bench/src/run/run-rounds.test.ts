import { expect, test } from 'vitest';
import type { Peer } from '../peers/peer.ts';
import type { Run } from '../results/results.ts';
import { workloads } from '../workloads/workload-list.ts';
import type { RunLoad } from './load.ts';
import { runRounds } from './run-rounds.ts';

/** A peer whose server is a script. */
const createPeer = (name: string, script: string): Peer => ({
  name,
  description: '',
  protocol: 'json',
  path: '/bench',
  abilities: ['streams'],
  command: (port) => [process.execPath, '-e', script, '--', String(port)],
});
const listen = "require('node:net').createServer().listen(process.argv[1], '127.0.0.1')";
const workload = workloads.find(({ name }) => name === 'W2-echo-1') as (typeof workloads)[number];

/** Runs two rounds with a load generator that is a function. */
const play = (peers: Peer[], runLoad: RunLoad): ReturnType<typeof runRounds> =>
  runRounds({
    peers,
    workloads: [{ workload, clients: 50 }],
    rounds: 2,
    share: 1,
    quickWarmUp: true,
    runLoad,
    serverCore: undefined,
    report: () => undefined,
  });

const succeed: RunLoad = () =>
  Promise.resolve({ seconds: 1, rate: 2, count: 2, cpuMicroseconds: 3 });
const failInMeasuredRuns: RunLoad = (...args) =>
  args[2]['clients'] === 50 ? Promise.reject(new Error('wrong echo')) : succeed(...args);
const namesOf = (runs: readonly Run[]): string[] =>
  runs.map(({ round, peer }) => `${round} ${peer}`);

test('a peer that does not start is left out with its output, and the others run in turns', async () => {
  const broken = createPeer('broken', "console.error('no such file'); process.exit(1)");
  const { runs, missing } = await play(
    [createPeer('first', listen), broken, createPeer('second', listen)],
    succeed,
  );
  expect(namesOf(runs)).toEqual(['0 first', '0 second', '1 second', '1 first']);
  expect(missing).toEqual([
    'broken was left out: its server did not start. The process exited. It printed: no such file',
  ]);
});

test('a wrong answer of a server is a failed run, and the next run takes place', async () => {
  const { runs, missing } = await play([createPeer('first', listen)], failInMeasuredRuns);
  expect(runs.map(({ error }) => error)).toEqual(['wrong echo', 'wrong echo']);
  expect(missing[0]).toBe('W2-echo-1 failed with first: wrong echo');
});
