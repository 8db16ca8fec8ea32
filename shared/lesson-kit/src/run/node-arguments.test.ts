import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeArguments } from './run-lesson.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'typescript-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (file: string) =>
  promisify(execFile)(process.execPath, [...nodeArguments, join(folder, file)]);

test('Node runs TypeScript, without a warning, and errors name the line of the source', async () => {
  writeFileSync(
    join(folder, 'greet.ts'),
    `/** A comment, which is removed with the types. */
interface Greeting {
  readonly text: string;
}

export function greet(greeting: Greeting): string | undefined {
  return new Error(greeting.text).stack;
}
`,
  );
  writeFileSync(
    join(folder, 'main.ts'),
    `import { greet } from './greet.ts';
const value: unknown = 'hello';
console.log(greet({ text: value as string }));
`,
  );
  // The second time, the files come from the cache.
  for (const _attempt of [1, 2]) {
    const { stdout, stderr } = await run('main.ts');
    expect(stdout).toMatch(/^Error: hello\n {4}at greet .*greet\.ts:7:10\)\n.*main\.ts:3:13/);
    expect(stderr).toBe('');
  }
});

test('a syntax error names the file and the line', async () => {
  writeFileSync(join(folder, 'broken.ts'), 'const ready = ;\n');
  await expect(run('broken.ts')).rejects.toThrow(/broken\.ts:1:14: ERROR: Unexpected ";"/);
});

test('JavaScript of an installed package runs as it is', async () => {
  const code = "export const load = () => import('./other.js');";
  const name = join(folder, 'node_modules/some-package');
  mkdirSync(name, { recursive: true });
  writeFileSync(join(name, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(name, 'index.js'), code);
  writeFileSync(
    join(folder, 'prints.ts'),
    "import { load } from 'some-package';\nconsole.log(load.toString());\n",
  );
  expect((await run('prints.ts')).stdout).toBe("() => import('./other.js')\n");
});
