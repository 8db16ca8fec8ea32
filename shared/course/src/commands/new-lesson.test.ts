import { execFile, type ExecFileException } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lessonFolders, nodeArguments } from '@practical-signalr/lesson-kit';
import { buildPage, startLesson } from '@practical-signalr/lesson-kit/testing';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageCommand } from './package-command.ts';
import { lessonFiles } from '../lessons/lesson-diff.ts';
import { portOf, root } from '../lessons/sections.ts';

const number = lessonFolders().length + 1;
const name = `${String(number).padStart(2, '0')}-your-topic`;
/** A copy of the repository. The command runs in it. */
let copy: string;

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs Node in the copy, without the npm options of the process that runs this test. */
const node = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !/^(npm_|VITEST|NODE_ENV)/.test(key)),
    );
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    execFile(process.execPath, args, { cwd: copy, env, maxBuffer: 1e8 }, done);
  });
const course = (...args: string[]): Promise<Ended> =>
  node(...nodeArguments, 'shared/course/src/cli.ts', ...args);
const vitest = (pattern: string, ...files: string[]): Promise<Ended> =>
  node(packageCommand('vitest', 'vitest'), 'run', ...files, '-t', pattern);

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'new-lesson-'));
  const listed = await new Promise<string>((resolve, reject) =>
    execFile(
      'git',
      ['ls-files', '--cached', '--others', '--exclude-standard'],
      { cwd: root, maxBuffer: 1e8 },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    ),
  );
  // Large folders that no test here reads are left out.
  const files = listed
    .split('\n')
    .filter((file) => file !== '' && !/\/(recordings|player|vectors)\//.test(file));
  for (const file of files.filter((one) => existsSync(join(root, one))))
    cpSync(join(root, file), join(copy, file));
  writeFileSync(
    join(mkdirIn('lessons/05-hub-context/lab'), 'only-in-this-test.ts'),
    `export const url = 'http://localhost:${portOf(5)}';\n`,
  );
  // The packages of this repository are the copy's, all others are linked.
  link(
    'node_modules',
    readdirSync(join(root, 'node_modules')).filter((one) => one !== '@practical-signalr'),
  );
  cpSync(
    join(root, 'node_modules/@practical-signalr'),
    join(copy, 'node_modules/@practical-signalr'),
    {
      recursive: true,
      verbatimSymlinks: true,
    },
  );
  for (const one of readdirSync(join(root, 'shared'))) {
    if (existsSync(join(root, 'shared', one, 'node_modules')))
      link(`shared/${one}`, ['node_modules']);
  }
  await new Promise<void>((resolve, reject) =>
    execFile('git', ['init', '--quiet', copy], (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Creates a folder in the copy and returns its path. */
function mkdirIn(folder: string): string {
  mkdirSync(join(copy, folder), { recursive: true });
  return join(copy, folder);
}

function link(folder: string, entries: readonly string[]): void {
  for (const entry of entries) {
    const [from, to] = [join(root, folder, entry), join(copy, folder, entry)];
    if (/^\.(cache|vite|package-lock\.json)/.test(entry)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to, 'junction');
  }
}

const created = (file: string): string => readFileSync(join(copy, file), 'utf8');

test('a wrong name, number or title is refused with one sentence', async () => {
  const wrong: [args: [name: string, options?: object], text: string][] = [
    [['Your_Topic'], "'Your_Topic' is not a valid lesson name."],
    [['../your-topic'], "'../your-topic' is not a valid lesson name."],
    [['03-basics'], 'The lesson lessons/03-basics exists already.'],
    [['basics'], 'The lesson lessons/03-basics exists already.'],
    [
      ['42-your-topic'],
      `cannot have the number 42, because lessons are numbered without gaps. Use the name ${name}`,
    ],
    [['your-topic', { from: '99' }], "There is no lesson '99'."],
    [['your-topic', { title: 'a | b' }], "'a | b' is not a valid lesson title."],
  ];
  const script = `const { createLesson } = await import('./shared/course/src/commands/new-lesson.ts');
    for (const args of ${JSON.stringify(wrong.map(([args]) => args))}) console.log(createLesson(...args));`;
  const { output } = await node(...nodeArguments, '--input-type=module', '--eval', script);
  const lines = output.trim().split('\n');
  expect(lines.filter((line) => line === '1')).toHaveLength(wrong.length);
  expect(lines.filter((line) => line !== '1')).toEqual(
    wrong.map(([, text]) => expect.stringContaining(text)),
  );
  expect(readdirSync(join(copy, 'lessons'))).toHaveLength(number - 1);
});

describe('npm run new-lesson', () => {
  beforeAll(async () => {
    const { code, output } = await course(
      'new-lesson',
      'your-topic',
      '--title',
      'Your topic: a test',
    );
    expect(code, output).toBe(0);
    expect(output).toContain(
      `Created lesson ${number}, "Your topic: a test", as a copy of lesson 5`,
    );
  });

  test('gives the lesson its own name, number and port', () => {
    const folder = join(copy, 'lessons', name);
    for (const file of readdirSync(join(folder, 'test'))) expect(file).toMatch(/^your-topic/);
    expect(created(`lessons/${name}/package.json`)).toContain(
      `"@practical-signalr/lesson-${name}"`,
    );
    expect(created(`lessons/${name}/README.md`)).toContain(`http://localhost:${portOf(number)}`);
    expect(created('package-lock.json')).toContain(`"lessons/${name}": {`);
    expect(created('tsconfig.json')).toContain(`"path": "lessons/${name}"`);
  });

  test('copies the lesson and its lab, and nothing names the copied lesson', () => {
    const folder = join(copy, 'lessons', name);
    const files = lessonFiles(folder, { all: true, part: 'both' });
    const copied = lessonFiles(join(copy, 'lessons/05-hub-context'), { all: true, part: 'both' });
    expect(files).toEqual(
      copied.map((file) => file.replace('test/hub-context', 'test/your-topic')).sort(),
    );
    expect(created(`lessons/${name}/lab/only-in-this-test.ts`)).toBe(
      `export const url = 'http://localhost:${portOf(number)}';\n`,
    );
    const traces = files.filter((file) =>
      /05-hub-context|Lesson 5:|\b4105\b/.test(created(`lessons/${name}/${file}`)),
    );
    expect(traces).toEqual([]);
  });

  test('lint, format and type check pass', async () => {
    const folder = `lessons/${name}`;
    const edited = [
      'shared/course/src/lessons/lesson-budgets.ts',
      'README.md',
      'tsconfig.json',
      'package-lock.json',
    ];
    const all = await Promise.all([
      node(packageCommand('oxlint', 'oxlint'), '--type-aware', '--deny-warnings', folder),
      node(packageCommand('oxfmt', 'oxfmt'), '--check', folder, ...edited),
    ]);
    for (const { code, output } of all) expect(code, output).toBe(0);
    // Like `tsc -b`, compile against the types in dist/ of the packages.
    const packages = ['server', 'redis', 'azure', 'azure-emulator', 'lesson-kit'];
    const tsc = packageCommand('typescript', 'tsc');
    const built = await node(tsc, '-b', ...packages.map((one) => join(root, 'shared', one)));
    expect(built.code, built.output).toBe(0);
    for (const one of [...packages, 'protocol']) {
      cpSync(join(root, 'shared', one, 'dist'), join(copy, 'shared', one, 'dist'), {
        recursive: true,
      });
    }
    const types = await node(tsc, '-p', folder);
    expect(types.code, types.output).toBe(0);
  });

  test('the conventions, its README and its step pass their tests', async () => {
    const rules = `lesson ${number}(?! links| twice)|5 to ${number}|has a step|have no gaps|twelve|kebab|over 400|lock file|its table|under each host name`;
    const files = [
      'shared/repository-checks/src/conventions',
      'shared/repository-checks/src/lock-file',
      'shared/course/src/lessons/lesson-guide',
      'shared/course/src/lessons/lesson-diff',
      'shared/course/src/lessons/change-reasons',
      'shared/repository-checks/src/readme-commands',
      'shared/course/src/home/own-page',
    ];
    const { code, output } = await vitest(rules, ...files.map((file) => `${file}.test.ts`));
    expect(code, output).toBe(0);
    expect(output).toMatch(/Test Files .*7 passed/);
  });

  test('readers can compare it with the copied lesson and with the previous one', async () => {
    const [own, before] = await Promise.all([
      course('diff', '5', String(number), '--stat'),
      course('diff', String(number - 1), String(number), '--stat'),
    ]);
    expect(own.output).toMatch(
      new RegExp(`^Lesson 5 to ${number}\n.+\n\\d+ changed lines in \\d files? `),
    );
    expect([before.code, before.output]).toEqual([
      0,
      expect.stringContaining(`Lesson ${number - 1} to ${number}\n`),
    ]);
  });

  // Its page is that of the copied lesson, which is tested in Chromium.
  test('its page has its title, and a client connects', async () => {
    const lesson = await startLesson(join(copy, 'lessons', name), { production: true });
    expect(await (await fetch(lesson.url)).text()).toMatch(
      /<h1[^>]*>(<[^>]+>)*Your topic: a test</,
    );
    const connection = new HubConnectionBuilder()
      .withUrl(`${lesson.url}/messages`)
      .configureLogging(LogLevel.None)
      .build();
    await connection.start();
    await connection.stop();
    expect(await lesson.stop()).toBe(0);
  });

  test('the page of the previous lesson links to it', async () => {
    const before = lessonFolders(join(copy, 'lessons')).find(
      (lesson) => lesson.number === number - 1,
    )!;
    const page = await buildPage(before.folder);
    const html = readFileSync(join(page.dist, 'index.html'), 'utf8').replaceAll(
      /<\/?span[^>]*>/g,
      '',
    );
    page.remove();
    expect(html).toContain(`${number - 1} / ${number}`);
    expect(html).toContain(`<a href="/lesson/${number}">${number} Your topic: a test →</a>`);
  });

  test('the next lesson is a copy of it', async () => {
    const { code, output } = await course('new-lesson', 'another-topic');
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`"Another topic", as a copy of lesson ${number}`),
    ]);
    expect(created('shared/course/src/lessons/lesson-budgets.ts')).toContain(
      `from: ${number}, to: ${number + 1}`,
    );
  });
});
