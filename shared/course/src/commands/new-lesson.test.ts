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
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lessonFolders, nodeArguments } from '@practical-signalr/lesson-kit';
import {
  hasChromium,
  launchChromium,
  startLesson,
  see,
} from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageCommand } from './package-command.ts';
import { portOf, root } from '../lessons/sections.ts';

const number = lessonFolders().length + 1;
const name = `${String(number).padStart(2, '0')}-your-topic`;
/** A copy of the repository, in which the command runs. */
let copy: string;

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs Node in the copy; npm options of whoever runs this test must not reach it. */
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
  // What nothing here looks at is large.
  const files = listed
    .split('\n')
    .filter((file) => file !== '' && !/\/(recordings|player|vectors)\//.test(file));
  for (const file of files.filter((one) => existsSync(join(root, one))))
    cpSync(join(root, file), join(copy, file));
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

function link(folder: string, entries: readonly string[]): void {
  for (const entry of entries) {
    const [from, to] = [join(root, folder, entry), join(copy, folder, entry)];
    if (/^\.(cache|vite|package-lock\.json)/.test(entry)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to, 'junction');
  }
}

const made = (file: string): string => readFileSync(join(copy, file), 'utf8');

test('what cannot be made is not made, and a sentence says why', async () => {
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
    expect(output).toContain(`Made lesson ${number}, "Your topic: a test", from lesson 5`);
  });

  test('gives the lesson its name, number and port, and no trace of the lesson it started from', () => {
    const folder = join(copy, 'lessons', name);
    expect(readdirSync(join(folder, 'test'))).toEqual(['your-topic.test.ts']);
    expect(made(`lessons/${name}/client/index.html`)).toContain(
      `<title>Lesson ${number}: Your topic: a test</title>`,
    );
    expect(made(`lessons/${name}/package.json`)).toContain(`"@practical-signalr/lesson-${name}"`);
    expect(made(`lessons/${name}/README.md`)).toContain(`http://localhost:${portOf(number)}`);
    expect(made(`lessons/${name}/server/announcement.ts`)).toBe(
      made('lessons/05-hub-context/server/announcement.ts'),
    );
    expect(made('package-lock.json')).toContain(`"lessons/${name}": {`);
    expect(made('tsconfig.json')).toContain(`"path": "lessons/${name}"`);
  });

  test('lint, format and types have nothing to say', async () => {
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
    // As `tsc -b` would: against the types of the packages, which are in their dist/.
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

  test('the rules of the house, its README, its step and the lists hold', async () => {
    const rules = `lesson ${number}(?! links| twice)|5 to ${number}|has its step|without a gap|twelve|kebab|over 400|lock file|its table|each of its names`;
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

  test('readers compare it with the lesson it started from and with the one before', async () => {
    const [own, before] = await Promise.all([
      course('diff', '5', String(number), '--stat'),
      course('diff', String(number - 1), String(number), '--stat'),
    ]);
    expect(own.output).toMatch(
      new RegExp(`^Lesson 5 to ${number}\n.+\n\\d+ changed lines in \\d files `),
    );
    expect([before.code, before.output]).toEqual([
      0,
      expect.stringContaining(`Lesson ${number - 1} to ${number}\n`),
    ]);
  });

  test.runIf(hasChromium())('its own test passes in Chromium', async () => {
    const own = 'production an announcement by|development failure on purpose: a hub';
    const { code, output } = await vitest(own, `lessons/${name}`);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Tests .*2 passed/);
  });

  test.runIf(hasChromium())('the page of the lesson before leads to it', async () => {
    const before = lessonFolders(join(copy, 'lessons')).find(
      (lesson) => lesson.number === number - 1,
    )!;
    const [lesson, browser] = await Promise.all([
      startLesson(before.folder, { production: true }),
      launchChromium(),
    ]);
    const page = await browser.newPage();
    await page.goto(lesson.url);
    await see(page.locator('.bar .number')).toHaveText(`${number - 1} / ${number}`);
    await see(page.getByRole('link', { name: `${number} Your topic: a test →` })).toHaveAttribute(
      'href',
      `/lesson/${number}`,
    );
    await browser.close();
    await lesson.stop();
  });

  test('the next one starts from it', async () => {
    const { code, output } = await course('new-lesson', 'another-topic');
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`"Another topic", from lesson ${number}`),
    ]);
    expect(made('shared/course/src/lessons/lesson-budgets.ts')).toContain(
      `from: ${number}, to: ${number + 1}`,
    );
  });
});
