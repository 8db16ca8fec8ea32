import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ALIVE, fakeLessons, READY } from './fake-lessons.ts';
import type { LessonState } from './home-contract.ts';
import { LessonProcess } from './lesson-process.ts';
import { lessonFolder } from '../lessons/sections.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanup.splice(0).reverse()) await each();
});

/** Creates a lesson that consists of one file. It is not started. */
function lesson(source: string, port = 4999): LessonProcess {
  const fakes = fakeLessons({ 3: source });
  const lessonProcess = new LessonProcess(3, fakes.folderOf(3), port);
  cleanup.push(
    () => fakes.remove(),
    () => lessonProcess.stop(),
  );
  return lessonProcess;
}

async function reaches(lessonProcess: LessonProcess, state: LessonState): Promise<void> {
  while (lessonProcess.status.state !== state) await once(lessonProcess, 'change');
}

/** Waits for a line of the log with a prefix, and returns the rest of the line. */
async function printed(lessonProcess: LessonProcess, prefix: string): Promise<string> {
  for await (const { lines } of lessonProcess.log.follow(AbortSignal.timeout(20_000))) {
    const line = lines.find((each) => each.startsWith(prefix));
    if (line !== undefined) return line.slice(prefix.length);
  }
  throw new Error(`'${prefix}' was not printed: ${lessonProcess.log.lines.join('\n')}`);
}

test('starts, runs when it reports that it is ready, and stops', async () => {
  const lessonProcess = lesson(`${READY} ${ALIVE}`);
  expect(lessonProcess.status).toEqual({
    number: 3,
    state: 'stopped',
    port: 4999,
    reason: '',
    lastLines: [],
  });
  lessonProcess.start();
  lessonProcess.start(); // a second start does nothing
  expect(lessonProcess.status.state).toBe('starting');
  await reaches(lessonProcess, 'running');
  await lessonProcess.stop();
  expect(lessonProcess.status).toMatchObject({ state: 'stopped', reason: '', lastLines: [] });
});

test('a lesson that is stopped can clean up as after Ctrl-C', async () => {
  const lessonProcess = lesson(
    `process.once('SIGTERM', () => { console.log('cleaned up'); process.exit(0); }); ${READY} ${ALIVE}`,
  );
  lessonProcess.start();
  await reaches(lessonProcess, 'running');
  await lessonProcess.stop();
  expect(lessonProcess.log.lines.at(-1)).toBe('cleaned up');
});

test('a crash at the start has a reason and the last lines of the output', async () => {
  const lessonProcess = lesson(
    `for (let i = 0; i < 50; i++) console.log('line ' + i); throw new Error('nothing works');`,
  );
  lessonProcess.start();
  await reaches(lessonProcess, 'failed');
  const { reason, lastLines } = lessonProcess.status;
  expect(reason).toBe(
    'Lesson 3 stopped before it was ready (exit code 1). The last lines of its output follow.',
  );
  expect(lastLines.length).toBeLessThanOrEqual(12);
  expect(lastLines.join('\n')).toContain('Error: nothing works');
});

test('the last lines show file, line and message of a syntax error', async () => {
  const lessonProcess = lesson(`const ready = ;`);
  lessonProcess.start();
  await reaches(lessonProcess, 'failed');
  expect(lessonProcess.status.lastLines.join('\n')).toMatch(
    /server\/main\.ts:1:14.*Unexpected ";"/s,
  );
});

test('the last lines name a missing package, although the stack trace is longer', async () => {
  const lessonProcess = lesson(`import nothing from 'not-installed'; nothing();`);
  lessonProcess.start();
  await reaches(lessonProcess, 'failed');
  expect(lessonProcess.log.lines.length).toBeGreaterThan(12);
  expect(lessonProcess.status.lastLines.join('\n')).toContain(
    "Cannot find package 'not-installed'",
  );
});

test('a removed folder is reported, and the home continues', async () => {
  const lessonProcess = lesson(READY);
  cleanup.splice(0).forEach((each) => void each());
  lessonProcess.start();
  await reaches(lessonProcess, 'failed');
  expect(lessonProcess.status.reason).toContain('stopped before it was ready');
});

test('a port in use is reported by the lesson', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  cleanup.push(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const lessonProcess = new LessonProcess(3, lessonFolder(3)!, port);
  lessonProcess.start();
  await reaches(lessonProcess, 'failed');
  expect(lessonProcess.status.lastLines).toEqual([
    expect.stringContaining(`Port ${port} is in use, probably by`),
  ]);
});

test('a killed lesson reports the signal and can be started again', async () => {
  const lessonProcess = lesson(`console.log('pid ' + process.pid); ${READY} ${ALIVE}`);
  lessonProcess.start();
  const pid = Number(await printed(lessonProcess, 'pid '));
  await reaches(lessonProcess, 'running');
  process.kill(pid, 'SIGKILL');
  await reaches(lessonProcess, 'failed');
  expect(lessonProcess.status.reason).toBe(
    'Lesson 3 stopped unexpectedly (signal SIGKILL). The last lines of its output follow.',
  );
  lessonProcess.start();
  expect(lessonProcess.status).toMatchObject({ state: 'starting', reason: '', lastLines: [] });
  await reaches(lessonProcess, 'running');
});

test.skipIf(process.platform === 'win32').each(['is stopped', 'is killed'])(
  'processes of a lesson stop with it when it %s',
  async (how) => {
    const child = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log('child ' + this.address().port) })`;
    const lessonProcess = lesson(`
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      console.log('pid ' + process.pid); ${READY}`);
    lessonProcess.start();
    const pid = Number(await printed(lessonProcess, 'pid '));
    const socket = connect(Number(await printed(lessonProcess, 'child ')), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    // The process closes or resets every connection when it exits.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (how === 'is stopped') await lessonProcess.stop();
    else process.kill(pid, 'SIGKILL');
    await closed;
  },
);

test('a lesson can start other servers, which inherit the arguments of Node', async () => {
  const lessonProcess = lesson(`
    import { fork } from 'node:child_process';
    if (process.argv[2] === 'server') process.send('up');
    else fork(import.meta.filename ?? 'server/main.ts', ['server'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }).on('message', (said) => {
      console.log(said);
      ${READY}
    });`);
  lessonProcess.start();
  await printed(lessonProcess, 'up');
  await reaches(lessonProcess, 'running');
});

test('a lesson that does not shut down is killed', async () => {
  const lessonProcess = lesson(`process.on('SIGTERM', () => console.log('no')); ${READY} ${ALIVE}`);
  lessonProcess.start();
  await reaches(lessonProcess, 'running');
  await Promise.all([lessonProcess.stop(), lessonProcess.stop()]);
  expect(lessonProcess.status.state).toBe('stopped');
  expect(lessonProcess.log.lines.at(-1)).toBe('no');
});

test('a lesson can be stopped while it starts', async () => {
  const lessonProcess = lesson(`${READY} ${ALIVE}`);
  lessonProcess.start();
  await lessonProcess.stop();
  expect(lessonProcess.status.state).toBe('stopped');
});

test('a lesson starts again after an edit of its code', async () => {
  const source = `
    import { existsSync, writeFileSync } from 'node:fs';
    if (!existsSync('edited')) { writeFileSync('edited', ''); process.exit(75); }
    ${READY} ${ALIVE}`;
  const lessonProcess = lesson(source);
  lessonProcess.start();
  await reaches(lessonProcess, 'running');
});
