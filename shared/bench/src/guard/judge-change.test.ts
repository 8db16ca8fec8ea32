import { expect, test } from 'vitest';
import type { Results, Run } from '../results/results.ts';
import { formatGuardReport } from './format-guard-report.ts';
import { guardPeers, judgeChange } from './judge-change.ts';

/** Returns runs with these CPU times of a peer, one for each round. */
const createRuns = (peer: string, times: readonly number[]): Run[] =>
  times.map((cpuMicroseconds, round) => ({
    round,
    workload: 'W1',
    peer,
    load: 1,
    measurement: { seconds: 1, rate: 1, count: 1, cpuMicroseconds },
  }));

/** Compares builds whose noise is 5 % in each direction. */
const judge = (current: readonly number[]): ReturnType<typeof judgeChange> =>
  judgeChange(
    {
      runs: [
        ...createRuns(guardPeers.current, current),
        ...createRuns(guardPeers.before, [1, 1, 1, 1]),
        ...createRuns(guardPeers.again, [1.05, 0.95, 1.05, 0.95]),
      ],
    },
    'W1',
  );

test('an increase beyond noise is slower, a decrease beyond noise is faster', () => {
  expect(judge([1.5, 1.52, 1.5, 1.52])?.verdict).toBe('slower');
  expect(judge([0.5, 0.52, 0.5, 0.52])?.verdict).toBe('faster');
});

test('an increase that is as large as the noise is no regression', () => {
  const judgment = judge([1.05, 1.06, 1.05, 1.06]);
  expect(judgment?.verdict).toBe('within noise');
  expect(judgment?.noiseLimit).toBeGreaterThan(1.06);
});

test('an increase in some rounds only is no difference', () => {
  expect(judge([1.5, 0.7, 1.6, 0.9])?.verdict).toBe('no difference');
});

test('a workload that was not measured is not judged', () => {
  expect(judgeChange({ runs: createRuns(guardPeers.before, [1, 1]) }, 'W1')).toBeUndefined();
});

test('the report states the noise, the smallest increase that it finds, and what is slower', () => {
  const judgment = judge([1.5, 1.52, 1.5, 1.52]);
  const results = {
    startedAt: '2030-01-02T03:04:05.000Z',
    machine: { loadBefore: 0, loadAfter: 0 },
    versions: {},
    missing: [],
    runs: [],
  } as unknown as Results;
  const report = formatGuardReport(results, judgment === undefined ? [] : [judgment], 'abc1234');
  expect(report).toContain('# Comparison with abc1234');
  expect(report).toMatch(
    /\| W1 \| 1\.51 \(1\.4\d to 1\.5\d\) \| no difference \(0\.91 to 1\.09\) \| slower \| 1\d\.\d % \|/,
  );
  expect(report).toContain('Slower beyond noise: W1.');
});
