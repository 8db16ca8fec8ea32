import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runBurstLoad } from './burst-load.ts';
import { runLargeMessageLoad } from './large-message-load.ts';
import { memoryFormula } from './memory-formula.ts';
import { runMemoryLoad } from './memory-load.ts';
import { requireOpenFiles } from './open-files.ts';
import { runSteadyLoad } from './steady-load.ts';

// These are the short forms. `npm run load` runs the long ones, and so does a job of the workflow.

test('1,000 connections for ten seconds: nothing is lost, no connection closes, memory stays the same', async () => {
  const { faults } = await runSteadyLoad({
    connections: 1000,
    seconds: 10,
    messageInterval: 1000,
    callInterval: 5000,
    warmUp: 3,
  });
  expect(faults).toEqual([]);
});

test('clients that connect at once are all accepted and served', async () => {
  expect((await runBurstLoad(600)).faults).toEqual([]);
});

test('large messages: clients that do not read are disconnected, slow ones are not, others do not wait', async () => {
  const { faults } = await runLargeMessageLoad({ connections: 20, sendTimeout: 15_000 });
  expect(faults).toEqual([]);
});

test('a connection takes no more memory than the documented formula', async () => {
  expect((await runMemoryLoad(1000, ['WebSockets'])).faults).toEqual([]);
});

test('the documentation of the limits shows the numbers of the formula', () => {
  const url = new URL('../../../docs/reference/limits.md', import.meta.url);
  const [, section = ''] = readFileSync(url, 'utf8').split('\n## Memory\n');
  const { connection, membership, group } = memoryFormula;
  const numbers = [...Object.values(connection), membership, group];
  for (const number of numbers) expect(section).toContain(number.toLocaleString('en'));
});

test('a limit of open files that is too low is reported before the test starts', () => {
  expect(() => requireOpenFiles(10_200, 1024)).toThrow(
    "A process may open only 1024 files, and this test needs 10200. Run 'ulimit -n 10200' first, or use fewer connections.",
  );
  requireOpenFiles(10);
});
