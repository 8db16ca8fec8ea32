import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaults } from './emulator-options.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README has a row for every switch and every option', () => {
  const readme = read('../README.md');
  const rows = [...readme.matchAll(/^\| `--(\w+)` \| `(\w+)`/gm)];
  const switches = /const switches = \{(.*?)\n\} as const/s.exec(read('cli.ts'))?.[1] ?? '';
  expect(rows.map(([, name]) => name)).toEqual([...switches.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name));
  const options = rows.map(([, , option]) => option);
  const silent = ['pingInterval', 'upstreamTimeout'];
  expect(
    [...Object.keys(defaults), 'upstream'].filter((name) => !options.includes(name) && !silent.includes(name)),
  ).toEqual([]);
});
