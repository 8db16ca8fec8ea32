import { expect, test } from 'vitest';
import { selectPeers, selectWorkloads } from './select.ts';

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

test('the quick form has few peers and workloads, the full form all', () => {
  expect(names(selectPeers(undefined, false))).toEqual(['ours', 'aspnetcore', 'floor']);
  expect(selectPeers(undefined, true)).toHaveLength(7);
  const quick = names(selectWorkloads(undefined, false));
  expect(quick).toEqual(expect.arrayContaining(['W1-burst-1000', 'W2-echo-16', 'W6-group']));
  expect(quick.length).toBeLessThan(10);
  expect(selectWorkloads(undefined, true).length).toBeGreaterThan(25);
});

test('the first peer is the one that the others are compared with', () => {
  expect(names(selectPeers('floor,ours', false))).toEqual(['floor', 'ours']);
});

test('letters select all workloads of a kind, a whole name only one', () => {
  expect(names(selectWorkloads('W4', false))).toEqual(['W4-connect', 'W4-connect-skipneg']);
  expect(names(selectWorkloads('W4-connect', false))).toEqual(['W4-connect']);
  expect(names(selectWorkloads('W2-echo,W6', false))).toEqual([
    'W2-echo-1',
    'W2-echo-16',
    'W6-group',
  ]);
  expect(names(selectWorkloads('W1', true)).every((name) => name.startsWith('W1-'))).toBe(true);
});

test('unknown names are refused with the names that exist', () => {
  expect(() => selectPeers('ours,nginx', false)).toThrow(
    "There is no peer 'nginx'. Choose from: ours, aspnetcore, floor,",
  );
  expect(() => selectWorkloads('W11', false)).toThrow(
    "No workload starts with 'W11'. Choose from: W1-burst-100,",
  );
});
