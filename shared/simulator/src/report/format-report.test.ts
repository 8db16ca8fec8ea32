import { readFileSync } from 'node:fs';
import { readSection } from '@practical-signalr/lesson-kit/generated-sections';
import { expect, test } from 'vitest';
import { formatReport, scenarioNames } from './format-report.ts';
import { example, formatCosts, pageFile, sectionNames } from './write-docs.ts';

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
  for (const name of sectionNames) expect(readSection(page, name)).not.toBe('');
  expect(readSection(page, 'costs')).toBe(formatCosts());
  expect(readSection(page, 'example')).toBe(await formatReport(example, scenarioNames));
});
