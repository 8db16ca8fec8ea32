import { expect, test } from 'vitest';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { LimitedWarnings, MAXIMUM_WARNINGS } from './limited-warnings.ts';

test('of the warnings of a minute, the first ones are logged, and the others are counted', () => {
  const logger = new CollectingLogger();
  let now = 5;
  const warnings = new LimitedWarnings(logger, () => now);
  for (let i = 1; i <= 10_000; i++) warnings.warn(`refused ${i}`);
  expect(logger.lines).toHaveLength(MAXIMUM_WARNINGS + 1);
  expect(logger.lines[9]).toContain('refused 10');
  expect(logger.lines[10]).toContain('not logged');
  now = 60_004;
  warnings.warn('the same minute');
  expect(logger.lines).toHaveLength(MAXIMUM_WARNINGS + 1);
  now = 60_005;
  warnings.warn('the next minute');
  expect(logger.lines.slice(11)).toEqual([
    expect.stringContaining('9991 '),
    expect.stringContaining('the next minute'),
  ]);
  now = 200_000;
  warnings.warn('later');
  expect(logger.lines).toHaveLength(14);
});
