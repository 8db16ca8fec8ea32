import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import { freePort } from '@practical-signalr/lesson-kit/testing';
import { describe, expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** The README, and the pages of the documentation that contain commands of the repository. */
const texts = [
  readme,
  ...['tutorial/lessons.md', 'reference/commands.md', 'guides/azure-emulator.md'].map((page) =>
    readFileSync(join(root, 'shared/docs', page), 'utf8'),
  ),
].join('\n');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/**
 * The commands that this test runs. A command runs until its output matches `says`, and is then
 * stopped as by Ctrl-C. With `ends`, the test waits until the command ends by itself.
 */
const here: Record<
  string,
  { says: RegExp; ends?: true; args?: (port: number) => string[]; env?: 'PORT' }
> = {
  'npm run diff 3 4': { says: /Lesson 3 to 4\n.+\n\d+ changed lines/, ends: true },
  'npm run diff 5 6': { says: /Lesson 5 to 6\n.+\n\d+ changed lines/, ends: true },
  'npm run diff 5 6 -- --lab': {
    says: /Lesson 5 to 6\n.+\n\d+ changed lines/,
    args: () => ['5', '6', '--lab'],
    ends: true,
  },
  'npm run diff 6 broken-fixed': { says: /onMessageReceived/, ends: true },
  'npm run docs': { says: /http:\/\/localhost:\d+\/docs\//, env: 'PORT' },
  'npm run slides': { says: /http:\/\/localhost:\d+/, env: 'PORT' },
  'npm run twin -- --port 5900': {
    says: /127\.0\.0\.1:\d+/,
    args: (port) => ['--port', String(port)],
  },
  'npm run emulator -- --port 8888': {
    says: /AccessKey=/,
    args: (port) => ['--port', String(port)],
  },
};
/** The commands that another test runs, or that need more than a test should. */
const elsewhere: Record<string, string> = {
  'npm ci && npm start': 'shared/course/src/commands/start.test.ts',
  'npm ci && npm test': '.ci/run',
  'npm start -- --no-open': 'shared/course/src/home/should-open-browser.test.ts',
  'npm start': 'shared/course/src/commands/start.test.ts',
  'npm test': '.ci/run',
  'npm test -- shared/redis': 'shared/course/src/commands/test-filter.test.ts',
  'npm run build': 'shared/repository-checks/src/course-production.test.ts',
  'npm run conformance': 'shared/conformance/src/recordings.test.ts',
  'npm run twin -- --port 5900 --redis 127.0.0.1:6379':
    'shared/conformance/src/interop/interop.test.ts',
  'npm run new-lesson -- your-topic': 'shared/course/src/commands/new-lesson.test.ts',
  'npm run docs:api': 'shared/docs/src/api.test.ts',
  'npm run record -- --to http://127.0.0.1:5000':
    'shared/conformance/src/recorder/recorder.test.ts',
  'npm run rolling-restart': 'shared/conformance/src/hand-over/rolling-restart.test.ts',
  'npm run bench': 'shared/bench/src/load/load-generators.test.ts',
  'npm run model': 'shared/stress/src/model/worlds/local-world.test.ts',
  'npm run faults': 'shared/stress/src/faults/client-link.test.ts',
  'npm run load': 'shared/stress/src/load/load.test.ts',
  'npm run fuzz': 'shared/attack/src/fuzz.test.ts',
  'npm run mutation': 'shared/repository-checks/src/commands.test.ts',
  'npm run regular-expressions': 'shared/repository-checks/src/regular-expressions.test.ts',
  'npm run coverage': 'shared/repository-checks/src/commands.test.ts',
  'npm run bench:cluster': 'shared/bench/src/cluster/measure-cluster.test.ts',
  'npm run simulate': 'shared/simulator/src/report/format-report.test.ts',
  'npm run bench:profile': 'shared/bench/src/profile/profile-files.test.ts',
  'npm run bench:guard': 'shared/bench/src/guard/judge-change.test.ts',
  'npm run server-crash': 'shared/conformance/src/crash/run-crash.test.ts',
  'npm run history-cost': 'shared/conformance/src/history-cost-command.ts',
  'npm run slides:pdf': 'slides/src/commands.test.ts',
  'npm run picture': 'shared/course/src/commands/picture.ts',
  'npm run lint': 'shared/course/src/commands/test.ts',
  'npm run format': 'shared/course/src/commands/test.ts',
  'npm pack': 'shared/repository-checks/src/packages.test.ts',
  'npm install @practical-signalr/azure @practical-signalr/azure-emulator':
    'shared/repository-checks/src/packages.test.ts',
  ...Object.fromEntries(
    lessonFolders().map(({ number, name }) => [
      `npm run lesson ${number}`,
      `lessons/${name}/test/${name.slice(3)}.test.ts`,
    ]),
  ),
};

test('every command of the README and the documentation is a script, and is run by a test', () => {
  const inText = [...texts.matchAll(/`(npm [^`]+)`/g), ...texts.matchAll(/^(npm .+)$/gm)].map(
    ([, command = '']) => command.replace(/ +#.*/, ''),
  );
  const commands = [...new Set(inText)];
  expect(commands.length).toBeGreaterThan(15);
  expect(commands.filter((command) => !(command in here) && !(command in elsewhere))).toEqual([]);
  for (const command of commands) {
    const script = /npm run ([\w:-]+)/.exec(command)?.[1];
    if (script !== undefined) expect(scripts).toHaveProperty([script]);
  }
  for (const file of Object.values(elsewhere))
    expect(existsSync(join(root, file)), file).toBe(true);
});

describe('the commands of the README', () => {
  test.each(Object.entries(here))('%s', async (command, { says, ends, args, env }) => {
    const port = await freePort();
    const [, script = '', rest = ''] = /^npm run ([\w:-]+) ?(.*)$/.exec(command) ?? [];
    const given = args === undefined ? rest.split(' ').filter(Boolean) : args(port);
    // The script's own words, without npm between, so that a signal reaches it.
    const [program = '', ...words] = `${scripts[script]}`.split(' ');
    expect(program).toBe('node');
    const child = spawn(process.execPath, [...words, ...given], {
      cwd: root,
      env: { ...process.env, ...(env === undefined ? {} : { [env]: String(port) }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit');
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (piece: Buffer): void => {
        output += piece.toString('utf8');
        if (says.test(output)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', () =>
        says.test(output) ? resolve() : reject(new Error(`It ended with: ${output}`)),
      );
    });
    if (ends === undefined) child.kill('SIGINT');
    const [code] = (await exit) as [number | null];
    if (ends === true) expect(code).toBe(0);
  });
});

test('its table has a row for each lesson', () => {
  for (const { number, name } of lessonFolders()) {
    const row = new RegExp(
      `^\\| ${number} \\| \\[[^\\]]+\\]\\(lessons/${name}\\) \\| [^|]+ \\| \`npm run lesson ${number}\` \\|$`,
      'm',
    );
    expect(readme).toMatch(row);
  }
});

test.each(['', 'azure', 'azure-emulator', 'protocol', 'redis', 'server'])(
  'the README of %s has at most two screens: 90 lines',
  (name) => {
    const file = join(root, name === '' ? '' : 'shared', name, 'README.md');
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(91);
  },
);
