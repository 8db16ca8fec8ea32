import { expect, test } from 'vitest';
import { createCase } from '../grammars.ts';
import { minimizeCase } from './minimize-case.ts';

test('everything that the difference does not need is removed', async () => {
  const records = [{ text: 'other' }, { text: 'abcXdef', end: 'x' }];
  const example = { ...createCase(1, 1), steps: [{ wait: 5 }, { records, cuts: [1, 2] }] };
  const smallest = await minimizeCase(example, async ({ steps }) =>
    JSON.stringify(steps).includes('X'),
  );
  expect(smallest.steps).toEqual([{ records: [{ text: 'X' }] }]);
});

test('the number of tries is limited', async () => {
  let tries = 0;
  const isSame = async (): Promise<boolean> => {
    tries++;
    return false;
  };
  await minimizeCase(createCase(1, 2), isSame, { tries: 3, time: 60_000 });
  expect(tries).toBeLessThanOrEqual(3);
});
