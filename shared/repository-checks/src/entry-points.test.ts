import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { expect, test } from 'vitest';

test.each(['protocol', 'server', 'redis', 'azure', 'azure-emulator'])(
  'the README of %s names each entry point of the package',
  (name) => {
    const read = (file: string): string => readFileSync(join(root, 'shared', name, file), 'utf8');
    const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
    const readme = read('README.md');
    const paths = Object.keys(exports).map((key) => key.slice(1));
    // A row can name several entry points, the further ones by their path only.
    const missing = paths.filter(
      (path) =>
        !readme.includes(`@practical-signalr/${name}${path}\``) &&
        !readme.includes(`@practical-signalr/${name}${path}'`) &&
        !readme.includes(`\`${path}\``),
    );
    expect(missing.filter((path) => path !== '/package.json')).toEqual([]);
  },
);
