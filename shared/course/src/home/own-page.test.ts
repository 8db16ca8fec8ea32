import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { httpStatus, webSocketUpgrade as upgrade } from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALIVE, fakeLessons, type FakeLessons, READY } from './fake-lessons.ts';
import type { HomeClient, HomeServer, SectionOverview } from './home-contract.ts';
import { type CourseHome, startHome } from './home-server.ts';
import { isOwn } from './own-page.ts';
import { sections } from '../lessons/sections.ts';
import { typed } from '@practical-signalr/server/client';

let lessons: FakeLessons;
let home: CourseHome;
let origin: string;

beforeAll(async () => {
  lessons = fakeLessons({ 3: `${READY} ${ALIVE}` });
  home = await startHome(0, { lessons: lessons.folder, portOf: () => 4999 });
  origin = `http://localhost:${home.port}`;
});
afterAll(async () => {
  await home.close();
  lessons.remove();
});

type Headers = Record<string, string>;

/** Returns the status of the response to a request with any headers. */
const statusOf = (method: string, path: string, headers: Headers): Promise<number | undefined> =>
  httpStatus({ port: home.port, method, path, headers });

const own = (): Headers => ({ host: `localhost:${home.port}`, origin });

/** The headers of requests from other sites, from a rebound host name, and without an origin. */
const foreign: [string, () => Headers][] = [
  ['a page of another site', () => ({ ...own(), origin: 'http://evil.example' })],
  [
    'a page of another port of this machine, a lesson for one',
    () => ({ ...own(), origin: 'http://localhost:4103' }),
  ],
  [
    'a page of the same name with https',
    () => ({ ...own(), origin: `https://localhost:${home.port}` }),
  ],
  ['a page in a frame or a file', () => ({ ...own(), origin: 'null' })],
  [
    'a name that was rebound to this machine',
    () => ({ host: 'evil.example', origin: 'http://evil.example' }),
  ],
  [
    'a name that only begins like this machine',
    () => ({ host: 'localhost.evil.example', origin: 'http://localhost.evil.example' }),
  ],
  ['this machine by its two names', () => ({ ...own(), origin: `http://127.0.0.1:${home.port}` })],
];

test.each(foreign)('%s cannot negotiate, post, or open a WebSocket', async (_name, headers) => {
  expect(await statusOf('POST', '/home/negotiate?negotiateVersion=1', headers())).toBe(403);
  expect(await statusOf('POST', '/home?id=x', headers())).toBe(403);
  expect(await statusOf('GET', '/home', { ...headers(), ...upgrade })).toBe(403);
});

test('a request without an origin is refused too', async () => {
  const headers = { host: `localhost:${home.port}` };
  expect(await statusOf('POST', '/home/negotiate?negotiateVersion=1', headers)).toBe(403);
  expect(await statusOf('DELETE', '/home?id=x', headers)).toBe(403);
  expect(await statusOf('GET', '/home', { ...headers, ...upgrade })).toBe(403);
});

test('another host name gets no page, and no page may frame the home', async () => {
  expect(await statusOf('GET', '/', { host: 'evil.example' })).toBe(403);
  expect(
    await statusOf('GET', '/', { host: `localhost:${home.port}`, origin: 'http://evil.example' }),
  ).toBe(403);
  const { headers } = await fetch(origin);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('the home listens only on 127.0.0.1', () => {
  expect(home.server.address()).toMatchObject({ address: '127.0.0.1' });
});

test('an upgrade of another path is refused', async () => {
  expect(await statusOf('GET', '/elsewhere', { ...own(), ...upgrade })).toBe(404);
});

test('the own page can connect under each host name and over each transport', async () => {
  for (const name of ['localhost', '127.0.0.1']) {
    const host = `${name}:${home.port}`;
    expect(await statusOf('GET', '/home', { host, origin: `http://${host}`, ...upgrade })).toBe(
      101,
    );
  }
  for (const transport of [
    HttpTransportType.WebSockets,
    HttpTransportType.ServerSentEvents,
    HttpTransportType.LongPolling,
  ]) {
    const connection = new HubConnectionBuilder()
      .withUrl(`${origin}/home`, { headers: { Origin: origin }, transport })
      .configureLogging(LogLevel.None)
      .build();
    await connection.start();
    expect(await connection.invoke('Sections')).toHaveLength(sections.length);
    await connection.stop();
  }
});

test('a call for a lesson that does not exist fails with one sentence', async () => {
  const connection = new HubConnectionBuilder()
    .withUrl(`${origin}/home`, { headers: { Origin: origin } })
    .configureLogging(LogLevel.None)
    .build();
  const page = typed<HomeServer, HomeClient>(connection);
  const running = new Promise<void>((resolve) => {
    page.on('lessonChanged', ({ state }) => state === 'running' && resolve());
  });
  await connection.start();
  await expect(page.invoke('start', 99)).rejects.toThrow("There is no lesson '99'.");
  await expect(page.invoke('stop', 4)).rejects.toThrow('Lesson 4 is in preparation.');
  await expect(page.invoke('guide', 4)).rejects.toThrow('Lesson 4 is in preparation.');
  for (const wrong of ['3', null, {}, 3.5, -1, '../03-fake', 'x'.repeat(1000)]) {
    await expect(connection.invoke('start', wrong)).rejects.toThrow('There is no lesson');
  }
  await page.invoke('start', 3);
  await running;
  const shown: readonly SectionOverview[] = await page.invoke('sections');
  expect(shown.map(({ status }) => status.state)).toEqual(
    sections.map((_, i) => (i === 2 ? 'running' : 'in preparation')),
  );
  await page.invoke('stop', 3);
  await connection.stop();
});

test('isOwn checks host, origin, method and upgrade', () => {
  const request = (method: string, host?: string, origin?: string): boolean =>
    isOwn({ method, headers: { host, origin } });
  expect(request('GET', 'localhost:4100')).toBe(true);
  expect(request('GET', '[::1]:4100')).toBe(true);
  expect(request('POST', 'localhost:4100', 'http://localhost:4100')).toBe(true);
  expect(request('GET')).toBe(false);
  expect(request('GET', 'localhost:4100@evil.example')).toBe(false);
  expect(request('POST', 'localhost:4100')).toBe(false);
});
