import { expect, test } from 'vitest';
import { type Closable, withResources } from './opened-resources.ts';

const closed: string[] = [];
const resource = (name: string, error?: Error): Closable => ({
  close: async () => {
    closed.push(name);
    if (error !== undefined) throw error;
  },
});

test('resources are closed in the reverse order, and the result is returned', async () => {
  closed.length = 0;
  const result = await withResources(async (resources) => {
    resources.add(resource('a'));
    resources.onClose(() => closed.push('b'));
    return 1;
  });
  expect([result, closed]).toEqual([1, ['b', 'a']]);
});

test('a failure to close is reported after everything else is closed', async () => {
  closed.length = 0;
  const run = withResources(async (resources) => {
    resources.add(resource('a'));
    resources.add(resource('b', new Error('b cannot be closed')));
  });
  await expect(run).rejects.toThrow('b cannot be closed');
  expect(closed).toEqual(['b', 'a']);
});

test('the failure of the function is not replaced by a failure to close', async () => {
  closed.length = 0;
  const run = withResources(async (resources) => {
    resources.add(resource('a', new Error('a cannot be closed')));
    throw new Error('the cause');
  });
  await expect(run).rejects.toThrow('the cause');
  expect(closed).toEqual(['a']);
});
