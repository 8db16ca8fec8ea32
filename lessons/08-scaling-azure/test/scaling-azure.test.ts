import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { DEFAULT_ACCESS_KEY, startEmulator } from '@practical-signalr/azure-emulator';
import { hasDotnet, type Instance } from '@practical-signalr/lesson-kit/instances';
import {
  auditPage,
  hasChromium,
  launchChromium,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BalancerRule } from '../server/balancer.ts';
import type { ControlPanel } from '../server/control-panel.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const panelOf = async (lesson: RunningLesson): Promise<ControlPanel> =>
  (await fetch(`${lesson.url}/control-panel`)).json() as Promise<ControlPanel>;
const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** A peer in Node, which the app sends to the service as it does a browser. */
async function connectTo(
  lesson: RunningLesson,
  onMessage: (message: string, sentBy: string) => void,
) {
  const accessTokenFactory = async () => (await fetch(`${lesson.url}/token?name=peer`)).text();
  const builder = new HubConnectionBuilder().withUrl(`${lesson.url}/fixed/messages`, {
    accessTokenFactory,
  });
  const connection = builder.configureLogging(LogLevel.None).build();
  connection.on('ReceiveMessage', onMessage);
  connection.on('UserConnected', () => undefined);
  connection.on('UserDisconnected', () => undefined);
  await connection.start();
  return connection;
}

test('a balancer that has lost instance 1: no request goes to the C# server, which hands out no tokens', () => {
  const rule = new BalancerRule();
  const there = ['instance 2', 'C# server'].map((name) => ({ name }) as Instance);
  rule.move('announcer', 'instance 1');
  const asked = [
    '/token',
    '/token',
    '/announcement?client=announcer',
    '/fixed/messages?client=a&balancer=round-robin',
  ];
  expect(asked.map((url) => rule.choose(url, there).name)).toEqual(asked.map(() => 'instance 2'));
  rule.move('a', 'C# server');
  expect(rule.choose('/fixed/messages?client=a', there).name).toBe('C# server');
});

describe.each(['emulator', 'given'] as const)('the service: %s', (kind) => {
  test('two servers, one chat; when it ends nothing is left', async () => {
    const own =
      kind === 'given'
        ? await startEmulator({ port: 0, accessKey: 'a key of our own, 32 bytes long!!' })
        : undefined;
    const lesson = await startLesson(folder, {
      env: { Azure__SignalR__ConnectionString: own?.connectionString ?? '' },
    });
    const { instances, service } = await panelOf(lesson);
    expect(service.isEmulator).toBe(kind === 'emulator');
    expect(lesson.output()).toContain(`Service: ${service.description}`);
    if (own !== undefined) {
      expect(lesson.output()).not.toContain('a key of our own');
      expect(own.status().hubs[0]!.counts.servers).toBe(10);
    }

    const heard = new Promise<unknown>((resolve) => {
      void connectTo(lesson, (...got) => resolve(got)).then(async (receiver) => {
        const sender = await connectTo(lesson, () => undefined);
        await sender.invoke('SendMessageToAll', 'over the service');
        await Promise.all([sender.stop(), heard.then(() => receiver.stop())]);
      });
    });
    expect(await heard).toEqual(['over the service', expect.stringMatching(/^instance [12]$/)]);

    expect(await lesson.stop()).toBe(0);
    const urls = instances.map(({ url }) => url);
    expect(await Promise.all([lesson.url, ...urls].map(answers))).toEqual([false, false, false]);
    if (own === undefined)
      expect(await answers(`http://127.0.0.1:${/port (\d+)/.exec(service.description)![1]}`)).toBe(
        false,
      );
    else expect(own.status().hubs).toEqual([]); // it is not ours to stop, and nobody is left in it
    await own?.close();
  });
});

test('a port that is taken: one sentence, and nothing is left; when it is free the server starts', async () => {
  const first = await startLesson(folder, { port: 4108 });
  const { instances, service } = await panelOf(first);
  expect(instances.map(({ url }) => url)).toEqual([
    'http://127.0.0.1:4181',
    'http://127.0.0.1:4182',
  ]);
  expect(service.description).toBe('An emulator of Azure SignalR Service, on port 8888');
  await expect(startLesson(folder, { port: 4108 })).rejects.toThrow(/Port 8888 is taken/);

  const headers = { 'content-type': 'application/json' };
  const wish = (body: object) =>
    fetch(`${first.url}/control-panel`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect((await wish({ kill: 'instance 1' })).status).toBe(200);
  const squatter = createServer().listen(4181, '127.0.0.1');
  await once(squatter, 'listening');
  const failed = await wish({ start: true });
  expect([failed.status, await failed.text()]).toEqual([
    502,
    expect.stringContaining('Port 4181 is in use'),
  ]);
  expect((await panelOf(first)).instances.map(({ name }) => name)).toEqual(['instance 2']);
  squatter.close();
  await once(squatter, 'close');
  const twice = await Promise.all([wish({ start: true }), wish({ start: true })]);
  expect(twice.map(({ status }) => status)).toEqual([200, 200]);
  expect((await panelOf(first)).instances.map(({ name }) => name)).toEqual([
    'instance 1',
    'instance 2',
  ]);
  expect(await first.stop()).toBe(0);
});

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 8 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];
  let [a, b]: Page[] = [];

  const state = (page: Page) => page.locator('#state');
  const newest = (page: Page) => page.locator('#messages li').last();
  const press = async (page: Page, name: string, text: string | RegExp): Promise<void> => {
    const row = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text);
  };
  const bothConnected = async (): Promise<void> => {
    await see(state(a!)).toHaveText(/^Connected/);
    await see(state(b!)).toHaveText(/^Connected/);
  };

  beforeAll(async () => {
    const env = { Azure__SignalR__ConnectionString: '' };
    [lesson, browser] = await Promise.all([
      startLesson(folder, { production, env }),
      launchChromium(),
    ]);
    context = await browser.newContext();
    problems = watchProblems(context);
    [a, b] = [await context.newPage(), await context.newPage()];
    await a.goto(lesson.url);
    await see(state(a)).toHaveText('Connected · WebSockets · alice');
    await b.goto(`${lesson.url}/?name=bob`);
    await see(state(b)).toHaveText('Connected · WebSockets · bob');
  });
  afterAll(async () => {
    await browser.close();
    const urls = (await panelOf(lesson)).instances.map(({ url }) => url);
    expect(await lesson.stop()).toBe(0);
    expect((await Promise.all(urls.map(answers))).filter(Boolean)).toEqual([]);
    const intended =
      /fixed\/messages\?attempt=.* 404|wrong\/messages|status of (404|429|500)|WebSocket (closed|connection)|Connection disconnected|Failed to (load|complete|start)/;
    expect(problems.filter((problem) => !intended.test(problem))).toEqual([]);
  });

  test('two tabs at one service: the app is only asked where to go; five connections for each server', async () => {
    await a!.locator('#message').fill('from A');
    await a!.locator('#message').press('Enter');
    await see(newest(b!)).toContainText('from A');
    await see(newest(b!)).toContainText(/sent by instance [12], delivered by the service/);
    await see(a!.locator('#result li')).toHaveText([
      /^POST negotiate 200 · token in header · instance [12]$/,
    ]);
    await see(a!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /^Azure SignalR Service \(emulator\); instance 1: \d clients?, 5 connections, port \d+; instance 2: \d clients?, 5 connections, port \d+; no backplane, no stickiness, /,
    );
  });

  test('a group and an announcement cross servers without Redis', async () => {
    await a!.locator('#join').click();
    await see(a!.locator('#joined')).toContainText('is in the Private Group');
    await b!.locator('#target').selectOption('PrivateGroup');
    await b!.locator('#message').fill('to the group');
    await b!.locator('#message').press('Enter');
    await see(newest(a!)).toContainText('to the group');
    await b!.locator('#announce').click();
    await see(newest(a!)).toContainText('An announcement');
  });

  test('both negotiations, both tokens; no token is shown', async () => {
    await a!.locator('#negotiate').click();
    await see(a!.locator('#app-answer')).toContainText('"accessToken": "•••"');
    await see(a!.locator('#app-answer')).toContainText('/client/?hub=messagehub');
    await see(a!.locator('#service-answer')).toContainText('"connectionToken": "•••"');
    await see(a!.locator('#app-token')).toContainText('"sub": "alice"');
    await see(a!.locator('#service-token')).toContainText('"asrs.s.uid": "alice"');
    const claims = async (id: string) =>
      JSON.parse((await a!.locator(id).textContent()) ?? '') as { exp: number; iat: number };
    const [ours, theirs] = [await claims('#app-token'), await claims('#service-token')];
    expect([ours.exp - ours.iat, theirs.exp - theirs.iat]).toEqual([60, 3600]);
    expect(await a!.locator('main').innerText()).not.toContain('eyJ');
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test('ten tabs more: the servers keep their five connections', async () => {
    const peers = await Promise.all(
      Array.from({ length: 10 }, () => connectTo(lesson, () => undefined)),
    );
    const { instances } = await panelOf(lesson);
    expect(instances.map(({ health }) => health.data['serverConnections'])).toEqual([5, 5]);
    expect(instances.reduce((sum, { health }) => sum + Number(health.data['clients']), 0)).toBe(12);
    await Promise.all(peers.map((peer) => peer.stop()));
  });

  test.each([
    [
      'skipNegotiation',
      'websocket 404 from instance 1, WebSocket failed to connect. The connection could not be found on the server, either the endpoint may not be a SignalR endpoint, the connection ID is not present on the server, or there is a proxy blocking WebSockets. If you have multiple servers check that sticky sessions are enabled.',
    ],
    ['round-robin', 'negotiate 200 from instance 1, connected'],
    [
      'wrong key',
      "negotiate 500, Failed to complete negotiation with the server: Error: Azure SignalR Service is not connected yet, please try again later.: Status code '500'",
    ],
    [
      'a quota of 20',
      "15 tabs connected; tab 16: Failed to complete negotiation with the server: Error: The service has all 20 connections that it may have; server connections count too.: Status code '429'",
    ],
    ['another app, no prefix', 'Our clients got: Your parcel is on its way'],
    ["another app, prefix 'shop'", 'Our clients got nothing of it.'],
    ['app killed', /^instance [12] is gone, and so is its client: without an error$/],
  ])('on purpose: %s', async (name, text) => {
    await press(a!, name, text);
    if (name === 'wrong key') {
      await vi.waitFor(() =>
        expect(lesson.output()).toMatch(/refused a server connection \(401\). Check the AccessKey/),
      );
      const told = [
        lesson.output(),
        await a!.content(),
        JSON.stringify(await panelOf(lesson)),
      ].join();
      for (const key of ['wrong'.repeat(9), DEFAULT_ACCESS_KEY]) expect(told).not.toContain(key);
    }
    await bothConnected();
  });

  test("this tab's server is killed: the page comes back by the other one; started again both serve", async () => {
    await a!.locator('#kill').click();
    await see(a!.locator('#picture')).not.toHaveAttribute('aria-label', /instance 1.*instance 2/);
    await see(a!.locator('#kill')).toHaveText(/^Start instance [12] again$/);
    await bothConnected();
    await a!.locator('#kill').click();
    await see(a!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /instance 1: .*5 connections.*instance 2: .*5 connections/,
    );
  });

  test.runIf(hasDotnet())('a C# server joins: it gets clients of the service too', async () => {
    await a!.locator('#dotnet').click();
    await see(a!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /C# server: not counted, Healthy/,
    );
    const peers = [];
    let here = '';
    while (here !== 'C# server' && peers.length < 20) {
      const peer = await connectTo(lesson, () => undefined);
      here = await peer.invoke<string>('WhereAmI');
      peers.push(peer);
    }
    await peers.at(-1)!.invoke('SendMessageToAll', 'from C#');
    await see(newest(a!)).toContainText('from C#');
    await see(newest(a!)).toContainText('sent by C# server, delivered by the service');
    await Promise.all(peers.map((peer) => peer.stop()));
  });

  test('a connection drops: the page comes back with a new id and joins its group again', async () => {
    await a!.locator('#rejoin').check();
    await a!.locator('#drop').click();
    await see(state(a!)).toHaveText('Connected again, with a new id');
    await see(a!.locator('#joined')).toContainText('is in the Private Group');
    await see(state(b!)).toHaveText(/^Connected/); // it was this tab's alone
  });

  test('everybody can use it: axe in light and dark, a phone, a sensible keyboard order', async () => {
    expect(await auditPage(a!)).toEqual([]);
    const order = await tabOrder(a!, 'Course');
    expect(order.slice(0, 3)).toEqual(['Course', 'Name', 'Connect']);
    expect(order).toContain('Negotiate by hand');
  });
});
