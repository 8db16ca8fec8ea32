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

/** A lesson of one file, not started yet. */
function lesson(source: string, port = 4999): LessonProcess {
  const fakes = fakeLessons({ 3: source });
  const made = new LessonProcess(3, fakes.folderOf(3), port);
  cleanup.push(
    () => fakes.remove(),
    () => made.stop(),
  );
  return made;
}

async function reaches(made: LessonProcess, state: LessonState): Promise<void> {
  while (made.status.state !== state) await once(made, 'change');
}

/** Waits for a line of the log, and gives what follows the prefix. */
async function printed(made: LessonProcess, prefix: string): Promise<string> {
  for await (const { lines } of made.log.follow(AbortSignal.timeout(20_000))) {
    const line = lines.find((each) => each.startsWith(prefix));
    if (line !== undefined) return line.slice(prefix.length);
  }
  throw new Error(`'${prefix}' was not printed: ${made.log.lines.join('\n')}`);
}

test('starts, runs when it says so, stops when it is asked', async () => {
  const made = lesson(`${READY} ${ALIVE}`);
  expect(made.status).toEqual({
    number: 3,
    state: 'stopped',
    port: 4999,
    reason: '',
    lastLines: [],
  });
  made.start();
  made.start(); // once is enough
  expect(made.status.state).toBe('starting');
  await reaches(made, 'running');
  await made.stop();
  expect(made.status).toMatchObject({ state: 'stopped', reason: '', lastLines: [] });
});

test('one that is stopped ends as after Ctrl-C: it may clean up', async () => {
  const made = lesson(
    `process.once('SIGTERM', () => { console.log('cleaned up'); process.exit(0); }); ${READY} ${ALIVE}`,
  );
  made.start();
  await reaches(made, 'running');
  await made.stop();
  expect(made.log.lines.at(-1)).toBe('cleaned up');
});

test('crashes at start: a sentence and the last lines that it printed', async () => {
  const made = lesson(
    `for (let i = 0; i < 50; i++) console.log('line ' + i); throw new Error('nothing works');`,
  );
  made.start();
  await reaches(made, 'failed');
  const { reason, lastLines } = made.status;
  expect(reason).toBe(
    'Lesson 3 stopped before it was ready (exit code 1). The last lines of its output follow.',
  );
  expect(lastLines.length).toBeLessThanOrEqual(12);
  expect(lastLines.join('\n')).toContain('Error: nothing works');
});

test('a syntax error: its file, its line and what is wrong are in the last lines', async () => {
  const made = lesson(`const ready = ;`);
  made.start();
  await reaches(made, 'failed');
  expect(made.status.lastLines.join('\n')).toMatch(/server\/main\.ts:1:14.*Unexpected ";"/s);
});

test('a package that is not installed: its name is in the last lines, though the stack trace is longer', async () => {
  const made = lesson(`import nothing from 'not-installed'; nothing();`);
  made.start();
  await reaches(made, 'failed');
  expect(made.log.lines.length).toBeGreaterThan(12);
  expect(made.status.lastLines.join('\n')).toContain("Cannot find package 'not-installed'");
});

test('a folder that went away: a sentence, no crash of the home', async () => {
  const made = lesson(READY);
  cleanup.splice(0).forEach((each) => void each());
  made.start();
  await reaches(made, 'failed');
  expect(made.status.reason).toContain('stopped before it was ready');
});

test('a port that another program has: the lesson says so', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  cleanup.push(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const made = new LessonProcess(3, lessonFolder(3)!, port);
  made.start();
  await reaches(made, 'failed');
  expect(made.status.lastLines).toEqual([
    expect.stringContaining(`Port ${port} is in use, probably by`),
  ]);
});

test('killed from outside: a sentence that names the signal; it can be started again', async () => {
  const made = lesson(`console.log('pid ' + process.pid); ${READY} ${ALIVE}`);
  made.start();
  const pid = Number(await printed(made, 'pid '));
  await reaches(made, 'running');
  process.kill(pid, 'SIGKILL');
  await reaches(made, 'failed');
  expect(made.status.reason).toBe(
    'Lesson 3 stopped unexpectedly (signal SIGKILL). The last lines of its output follow.',
  );
  made.start();
  expect(made.status).toMatchObject({ state: 'starting', reason: '', lastLines: [] });
  await reaches(made, 'running');
});

test.skipIf(process.platform === 'win32').each(['is stopped', 'is killed'])(
  'what a lesson has started ends with it when it %s',
  async (how) => {
    const child = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log('child ' + this.address().port) })`;
    const made = lesson(`
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      console.log('pid ' + process.pid); ${READY}`);
    made.start();
    const pid = Number(await printed(made, 'pid '));
    const socket = connect(Number(await printed(made, 'child ')), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    const closed = once(socket, 'close'); // its end closes every connection
    if (how === 'is stopped') await made.stop();
    else process.kill(pid, 'SIGKILL');
    await closed;
  },
);

test('a lesson may start servers of its own, which inherit how Node was started', async () => {
  const made = lesson(`
    import { fork } from 'node:child_process';
    if (process.argv[2] === 'server') process.send('up');
    else fork(import.meta.filename ?? 'server/main.ts', ['server'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }).on('message', (said) => {
      console.log(said);
      ${READY}
    });`);
  made.start();
  await printed(made, 'up');
  await reaches(made, 'running');
});

test('one that does not want to end is ended', async () => {
  const made = lesson(`process.on('SIGTERM', () => console.log('no')); ${READY} ${ALIVE}`);
  made.start();
  await reaches(made, 'running');
  await Promise.all([made.stop(), made.stop()]);
  expect(made.status.state).toBe('stopped');
  expect(made.log.lines.at(-1)).toBe('no');
});

test('one that is stopped while it starts ends', async () => {
  const made = lesson(`${READY} ${ALIVE}`);
  made.start();
  await made.stop();
  expect(made.status.state).toBe('stopped');
});

test('after an edit of its code it starts again', async () => {
  const source = `
    import { existsSync, writeFileSync } from 'node:fs';
    if (!existsSync('edited')) { writeFileSync('edited', ''); process.exit(75); }
    ${READY} ${ALIVE}`;
  const made = lesson(source);
  made.start();
  await reaches(made, 'running');
});
