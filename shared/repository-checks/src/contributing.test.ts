import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import { root } from '@practical-signalr/course';
import { expect, test } from 'vitest';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const contributing = read('CONTRIBUTING.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test('every script that CONTRIBUTING.md names exists', () => {
  const names = [...contributing.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});

test('every file and folder that CONTRIBUTING.md names exists, except those it asks you to create', () => {
  const paths = [
    ...contributing.matchAll(/(?:shared|lessons|slides|\.github|\.vscode)\/[\w./-]*\w/g),
  ]
    .map(([path]) => path)
    .filter((path) => !/postgres|your-t|lessons\/0N/.test(path));
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every direct dependency that overrides hold back is explained in "Dependencies"', () => {
  const { overrides } = JSON.parse(read('package.json')) as { overrides: Record<string, string> };
  const [, section = ''] = contributing.split('\n## Dependencies\n');
  for (const name of Object.keys(overrides)) expect(section).toContain(`\`${name}\``);
});

test('the launch configuration offers every lesson, and starts programs that exist', () => {
  const { inputs, configurations } = JSON.parse(read('.vscode/launch.json')) as {
    inputs: [{ options: string[] }];
    configurations: { name: string; program?: string }[];
  };
  expect(inputs[0].options).toEqual(lessonFolders().map(({ number }) => String(number)));
  expect(configurations.map(({ name }) => name)).toEqual(['Lesson', 'Current test file']);
  for (const { program } of configurations) {
    if (program === undefined) continue;
    expect(existsSync(program.replace('${workspaceFolder}', root)), program).toBe(true);
  }
});
