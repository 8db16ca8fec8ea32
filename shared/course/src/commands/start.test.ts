import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { freePort } from '@practical-signalr/lesson-kit/testing';
import { typed } from '@practical-signalr/server/client';
import { afterEach, expect, test } from 'vitest';
import { errorTexts } from '../error-texts.ts';
import type { HomeClient, HomeServer, LessonStatus } from '../home/home-contract.ts';
import { lessonFolder, root } from '../lessons/sections.ts';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function course(
  command: string[],
  port: number,
  cwd = root,
): Promise<{ child: ChildProcess; output: () => string; printed: Promise<unknown> }> {
  const child = spawn(
    process.execPath,
    [...nodeArguments, 'shared/course/src/cli.ts', ...command],
    {
      cwd,
      env: { ...process.env, PORT: String(port) },
    },
  );
  children.push(child);
  let output = '';
  const printed = once(child.stdout, 'data');
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return { child, output: () => output, printed };
}

test.each([['start'], ['lesson', '3']])(
  'an invalid PORT is reported in one sentence: %s %s',
  (...command) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...nodeArguments,
        'shared/course/src/cli.ts',
        ...command.filter((word) => word !== undefined),
      ],
      { cwd: root, env: { ...process.env, PORT: 'abc' }, encoding: 'utf8' },
    );
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      "'abc' is not a port. Set the environment variable PORT to a number from 0 to 65535, or remove it.\n",
    ]);
  },
);

/** A page of the home, without a browser. */
async function openHome(port: number) {
  const origin = `http://localhost:${port}`;
  const connection = new HubConnectionBuilder()
    .withUrl(`${origin}/home`, { headers: { Origin: origin } })
    .configureLogging(LogLevel.None)
    .build();
  const page = typed<HomeServer, HomeClient>(connection);
  const running = new Promise<LessonStatus>((resolve) => {
    page.on('lessonChanged', (status) => status.state === 'running' && resolve(status));
  });
  await page.start();
  return { page, running };
}

/** Resolves when the lesson on `port` has ended: its end closes every connection, or resets it. */
async function whenEnded(port: number): Promise<{ ended: Promise<void> }> {
  const lesson = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(lesson, 'connect');
  return { ended: new Promise((resolve) => lesson.once('close', () => resolve())) };
}

test('npm start serves the page and starts a lesson; a second one reports the port; Ctrl-C ends both', async () => {
  const port = await freePort();
  const { printed, child, output } = await course(['start'], port);
  await printed;
  const page = await fetch(`http://localhost:${port}/`);
  expect(await page.text()).toContain('Practical SignalR for Node');
  expect(output()).toContain(`open http://localhost:${port}`);
  const second = await course(['start'], port);
  const [code] = (await once(second.child, 'exit')) as [number];
  expect([code, second.output()]).toEqual([1, `${errorTexts.portInUse(port)}\n`]);
  const opened = await openHome(port);
  await opened.page.invoke('start', 3);
  const lesson = await opened.running;
  const { ended } = await whenEnded(lesson.port);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await ended;
  await opened.page.stop();
});

test('SIGKILL ends the home and the lesson it started', async () => {
  const port = await freePort();
  const { child, printed } = await course(['start'], port);
  await printed;
  const { page, running } = await openHome(port);
  await page.invoke('start', 3);
  const { ended } = await whenEnded((await running).port);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await ended;
  await page.stop();
});

// The home handles these signals as it handles Ctrl-C, so no lesson is started.
test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends the home with code 0', async (signal) => {
  const { child, printed } = await course(['start'], 0);
  await printed;
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('npm run lesson on a port in use says so in one sentence', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { child, output } = await course(['lesson', '3'], (holder.address() as AddressInfo).port);
  const [code] = (await once(child, 'exit')) as [number];
  holder.close();
  expect(code).toBe(1);
  expect(output()).toMatch(/^Port \d+ is in use.*PORT\.\n$/);
});

test.each([
  [['lesson', '9'], "There is no lesson '9'."],
  [['nonsense'], "Unknown command 'nonsense' (available: start, dev, lesson, "],
])('%j is answered with a sentence', async (command, text) => {
  const { child, output } = await course(command, 0);
  const [code] = (await once(child, 'exit')) as [number];
  expect([code, output()]).toEqual([1, expect.stringContaining(text)]);
});

test('a lesson that does not exist yet is in preparation', () => {
  expect(lessonFolder(4, `${root}shared`)).toBeUndefined();
  expect(errorTexts.lessonInPreparation(4)).toContain('Lesson 4 is in preparation.');
});

test('works in a checkout below a folder whose name begins with a dot', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'practical-signalr-'));
  try {
    const checkout = join(parent, '.hidden', 'checkout');
    cpSync(join(root, 'shared/course'), join(checkout, 'shared/course'), {
      recursive: true,
      filter: (path) => !/node_modules$|tsconfig\.json$/.test(path), // these point out of the copy
    });
    cpSync(join(root, 'package.json'), join(checkout, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    const port = await freePort();
    const { printed } = await course(['start'], port, checkout);
    await printed;
    const origin = `http://localhost:${port}`;
    const page = await (await fetch(origin)).text();
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect((await fetch(origin + file)).status, file).toBe(200);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
