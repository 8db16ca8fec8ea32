import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { formatReport, scenarioNames } from './format-report.ts';
import { readBlock } from './docs-block.ts';
import { example, formatCosts, pageFile } from './write-docs.ts';

const small = { seed: 7, servers: 3, connections: 300, groups: 10, backplane: 'redis' } as const;

test('the same seed gives the same report, and another seed gives another', async () => {
  const report = await formatReport(small, scenarioNames);
  expect(await formatReport(small, scenarioNames)).toBe(report);
  expect(await formatReport({ ...small, seed: 8 }, ['crash'])).not.toContain(
    (await formatReport(small, ['crash'])).split('\n').at(-1),
  );
});

test('the page shows what the simulator prints', async () => {
  const page = readFileSync(pageFile, 'utf8');
  expect(readBlock(page, 'costs')).toBe(formatCosts());
  expect(readBlock(page, 'example')).toBe(await formatReport(example, scenarioNames));
});
