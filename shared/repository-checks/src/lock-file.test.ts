import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

interface Locked {
  readonly resolved?: string;
  readonly optionalDependencies?: Record<string, string>;
}
const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };

test('every optional dependency in the lock file has its own entry, which npm ci needs on other systems', () => {
  const names = Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''));
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).filter((name) => !names.includes(name)),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no registry', () => {
  expect(
    Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http') === true),
  ).toEqual([]);
});
