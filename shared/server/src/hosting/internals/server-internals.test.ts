import { expect, test } from 'vitest';
import { internalsOf, type ServerInternals, setInternals } from './server-internals.ts';

test('the internals of a server are found, and other values have none', () => {
  const server = {};
  const parts = {} as ServerInternals;
  setInternals(server, parts);
  expect(internalsOf(server)).toBe(parts);
  expect([{}, null, 'server', undefined].map(internalsOf)).toEqual(Array(4).fill(undefined));
});
