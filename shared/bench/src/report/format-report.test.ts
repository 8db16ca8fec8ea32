import { expect, test } from 'vitest';
import type { Measurement, Results } from '../results/results.ts';
import { formatReport } from './format-report.ts';

const measure = (cpuMicroseconds: number): Measurement => ({
  seconds: 1,
  rate: 1e6 / cpuMicroseconds,
  count: 1000,
  cpuMicroseconds,
});

/** Returns results in which each peer needed these CPU times, one for each round. */
const createResults = (cpuTimes: Record<string, number[]>, workload = 'W2-echo-1'): Results => ({
  format: 1,
  startedAt: '2030-01-02T03:04:05.000Z',
  form: 'quick',
  rounds: 3,
  commit: 'abc1234',
  machine: {
    processor: 'Test processor',
    cores: 2,
    memoryGigabytes: 8,
    system: 'Linux 6',
    openFileLimit: 20_000,
    pinning: 'not pinned',
    loadBefore: 0.5,
    loadAfter: 2,
  },
  versions: { Node: '20.0.0', ws: '8.0.0' },
  missing: ['socketio was left out.'],
  runs: Object.entries(cpuTimes).flatMap(([peer, times]) =>
    times.map((time, round) => ({ round, workload, peer, load: 1, measurement: measure(time) })),
  ),
});

test('the report names the machine, the versions, the method and what is missing', () => {
  const report = formatReport(createResults({ ours: [1, 1, 1], floor: [2, 2, 2] }));
  expect(report).toContain('Test processor, 2 cores, 8 GB, Linux 6, limit of 20000 open files');
  expect(report).toContain('Node 20.0.0, ws 8.0.0');
  expect(report).toContain('0.50 before, 2.00 after');
  expect(report).toContain('95 % confidence interval');
  expect(report).toContain('## Missing\n\n- socketio was left out.');
});

test('a ratio is paired within rounds, and an interval with 1 is no difference', () => {
  // The rounds differ by a factor of four, but the ratio within each round is the same.
  const results = createResults({ ours: [1, 2, 4], floor: [2, 4, 8], socketio: [1.1, 1.9, 4.2] });
  const report = formatReport(results);
  expect(report).toMatch(
    /\| W2-echo-1 \| CPU time per call \| 0\.50 \(0\.50 to 0\.50\) \| no difference \(0\.8\d to 1\.1\d\) \|/,
  );
  expect(report).toContain('| W2-echo-1 | CPU time per call | 2.00 µs | 4.00 µs | 1.90 µs |');
});

test('a target is met, not met, or not proved', () => {
  const judge = (aspnetcore: number[]): string =>
    /W2-echo-1 .* aspnetcore .* \| ([^|]+) \|\n/.exec(
      formatReport(createResults({ ours: [1, 1, 1], aspnetcore })),
    )?.[1] ?? '';
  expect(judge([2, 2.01, 2])).toBe('met');
  expect(judge([1.2, 1.21, 1.2])).toBe('not met');
  expect(judge([1.2, 3, 2])).toBe('met, not proved');
  expect(judge([1, 2, 1.5])).toBe('not met, not proved');
});

test('a peer without a run in a workload has an empty cell', () => {
  const { runs } = createResults({ 'ws-naive': [3, 3, 3] }, 'W6-group');
  const results = createResults({ ours: [1, 1, 1] });
  const report = formatReport({ ...results, runs: [...results.runs, ...runs] });
  expect(report).toContain('| W2-echo-1 | CPU time per call | 1.00 µs |  |');
  expect(report).toContain('| W6-group | CPU time per delivery |  | 3.00 µs |');
});

test('plain streams are compared with the streams of the other peers', () => {
  const ours = createResults({ ours: [1, 1, 1] }, 'W5-plain-stream-1');
  const others = createResults({ aspnetcore: [4, 4, 4] }, 'W5-stream-1');
  const report = formatReport({ ...ours, runs: [...ours.runs, ...others.runs] });
  expect(report).toContain('| W5-plain-stream-1 | CPU time per item | 0.25 (0.25 to 0.25) |');
});
