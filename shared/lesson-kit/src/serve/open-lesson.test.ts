import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { lessonFolders } from '../../vite/lesson-folders.js';
import { openLesson } from './open-lesson.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Starts a server on the given port or a free one. */
async function serve(home: number, port = 0): Promise<number> {
  const app = express();
  app.get('/lesson/:number', openLesson({ home, lessons: home }));
  const server = createServer(app);
  servers.push(server);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function open(port: number, number: string): Promise<[number, string | null]> {
  const { status, headers } = await fetch(`http://127.0.0.1:${port}/lesson/${number}`, {
    redirect: 'manual',
  });
  return [status, headers.get('location')];
}

test('redirects to a lesson that runs, otherwise to its place in the course home', async () => {
  const home = await serve(0);
  const lesson = await serve(home - 3); // lesson 3 counts from there
  expect(await open(lesson, '3')).toEqual([302, `http://127.0.0.1:${home}/`]);
  const other = await serve(home);
  expect(await open(other, '8')).toEqual([302, `http://127.0.0.1:${home}/#lesson-8`]);
});

test('redirects to the course home on any port', async () => {
  const home = await serve(0);
  const app = express();
  app.get('/lesson/:number', openLesson({ home, lessons: 1 }));
  const server = createServer(app);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await open(port, 'home')).toEqual([302, `http://127.0.0.1:${home}/`]);
  expect(await open(port, '3')).toEqual([302, `http://127.0.0.1:${home}/#lesson-3`]);
});

test('the port of the lesson is not taken for that of the course home', async () => {
  const server = createServer();
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('PORT', String(port)); // as npm run lesson does
  vi.stubEnv('COURSE_HOME_PORT', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  server.on('request', express().get('/lesson/:number', openLesson({ lesson: '03-basics' })));
  const [, location] = await open(port, 'readme');
  // Null unless a course home runs on this machine.
  expect([null, 'http://127.0.0.1:4100/#lesson-3']).toContain(location);
});

test('redirects to the README, the diff and the slides of the lesson in the course home', async () => {
  const home = await serve(0);
  const app = express();
  app.get('/lesson/:number', openLesson({ home, lessons: 1, lesson: '03-basics' }));
  const server = createServer(app);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await open(port, 'readme')).toEqual([302, `http://127.0.0.1:${home}/#lesson-3`]);
  expect(await open(port, 'diff')).toEqual([302, `http://127.0.0.1:${home}/diff/2/3`]);
  expect(await open(port, 'slides')).toEqual([
    302,
    `http://127.0.0.1:${home}/slides/03-basics.html`,
  ]);
});

test('answers how to start a lesson that does not run, and 404 for unknown lessons', async () => {
  const lesson = await serve(1); // no process listens on the ports 1 to 9
  const answer = await fetch(`http://127.0.0.1:${lesson}/lesson/5`);
  expect([answer.status, await answer.text()]).toEqual([
    503,
    'Lesson 5 is not running. Start it in another terminal with: npm run lesson 5. Or start the course home with: npm start',
  ]);
  const home = await fetch(`http://127.0.0.1:${lesson}/lesson/home`);
  expect([home.status, await home.text()]).toEqual([
    503,
    'The course home is not running. Start it in another terminal with: npm start',
  ]);
  for (const number of ['0', String(lessonFolders().length + 1), '1.5', 'x'])
    expect((await open(lesson, number))[0]).toBe(404);
});
