import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { switches } from './emulator-command.ts';
import { defaults } from './emulator-options.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README has a row for every switch and every option', () => {
  const readme = read('../README.md');
  const rows = [...readme.matchAll(/^\| `--(\w+)` \| `(\w+)`/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(switches));
  const options = rows.map(([, , option]) => option);
  const silent = ['pingInterval', 'upstreamTimeout'];
  expect(
    [...Object.keys(defaults), 'upstream'].filter(
      (name) => !options.includes(name) && !silent.includes(name),
    ),
  ).toEqual([]);
});
