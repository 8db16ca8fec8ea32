import { fileURLToPath } from 'node:url';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
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
import { type FoundRedis, findRedis } from '@practical-signalr/redis/local';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** A peer in Node, straight at one of the servers. */
async function connectTo(
  url: string,
  lesson: RunningLesson,
  onMessage: (message: string, sentBy: string) => void,
) {
  const accessTokenFactory = async () => (await fetch(`${lesson.url}/token?name=peer`)).text();
  const builder = new HubConnectionBuilder().withUrl(`${url}/fixed/messages`, {
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

describe.each(['given', 'redis-server', 'in-process'] as const)('Redis: %s', (kind) => {
  test('two servers, one chat; when it ends nothing is left', async () => {
    const own: FoundRedis | undefined =
      kind === 'given' ? await findRedis({ PATH: process.env['PATH'] }) : undefined;
    const env = { given: { REDIS_URL: own?.url }, 'redis-server': {}, 'in-process': { PATH: '' } }[
      kind
    ];
    const lesson = await startLesson(folder, { env: { REDIS_URL: '', ...env } });
    const { instances, redis, dotnet } = await panelOf(lesson);
    expect(redis).toMatchObject({ kind, view: { keys: 0 } });
    expect(lesson.output()).toContain(`Redis: ${redis.description}`);
    if (kind === 'in-process')
      expect([dotnet, redis.description]).toEqual(['absent', expect.stringMatching(/in-process/)]);
    const urls = instances.map(({ url }) => url);
    if (kind === 'given') {
      await fetch(`${lesson.url}/control-panel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redis: 'stopped' }),
      });
      expect((await panelOf(lesson)).redis.view?.keys).toBe(0); // it is not ours to stop
    }

    const heard = new Promise<unknown>((resolve) => {
      void connectTo(urls[1]!, lesson, (...got) => resolve(got)).then(async (receiver) => {
        const sender = await connectTo(urls[0]!, lesson, () => undefined);
        await sender.invoke('SendMessageToAll', 'over Redis');
        await Promise.all([sender.stop(), heard.then(() => receiver.stop())]);
      });
    });
    expect(await heard).toEqual(['over Redis', 'instance 1']);

    expect(await lesson.stop()).toBe(0);
    expect(await Promise.all([lesson.url, ...urls].map(answers))).toEqual([false, false, false]);
    if (own === undefined)
      expect(await answers(`http://127.0.0.1:${/port (\d+)/.exec(redis.description)![1]}`)).toBe(
        false,
      );
    await own?.close();
  });
});

test('a server whose port is taken: one sentence, and nothing is left', async () => {
  const first = await startLesson(folder, { port: 4107 });
  const { instances } = await panelOf(first);
  expect(instances.map(({ url }) => url)).toEqual([
    'http://127.0.0.1:4171',
    'http://127.0.0.1:4172',
  ]);
  expect(await (await fetch(instances[0]!.url)).text()).toMatch(/^This is instance 1\./);
  await expect(startLesson(folder, { port: 4107 })).rejects.toThrow(/Port 41\d\d is in use/);
  expect(await first.stop()).toBe(0);
});

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 7 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];
  let [a, b]: Page[] = [];

  const state = (page: Page) => page.locator('#state');
  const newest = (page: Page) => page.locator('#messages li').last();
  const send = async (page: Page, message: string): Promise<void> => {
    await page.locator('#message').fill(message);
    await page.locator('#message').press('Enter');
    await see(newest(page)).toContainText(message);
  };
  const press = async (page: Page, name: string, text: string | RegExp): Promise<void> => {
    const row = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text);
  };
  /** Both hang on a server of their own again. */
  const bothConnected = async (): Promise<void> => {
    await see(state(a!)).toHaveText(/^Connected/);
    await see(state(b!)).toHaveText(/^Connected/);
  };

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
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
    const meant = /404|WebSocket|Unable to connect|WebSocket closed|Failed to/;
    expect(problems.filter((problem) => !meant.test(problem))).toEqual([]);
  });

  test('client A on instance 1, client B on instance 2: who sent, who delivered', async () => {
    await send(a!, 'from A');
    await see(newest(a!)).toContainText('sent by instance 1, delivered by instance 1');
    await see(newest(b!)).toContainText('from A');
    await see(newest(b!)).toContainText('sent by instance 1, delivered by instance 2');
    await send(b!, 'from B');
    await see(newest(a!)).toContainText('sent by instance 2, delivered by instance 1');
    await see(a!.locator('#result li')).toHaveText([
      'POST negotiate 200 · token in header · instance 1',
      'GET websocket 101 · token in query · instance 1',
    ]);
    await see(a!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /^balancer: sticky; instance 1: 1 client, Healthy, port \d+; instance 2: 1 client, Healthy, port \d+; Redis, \d+ channels, DBSIZE 0$/,
    );
  });

  test('the channels while a group is joined, and that nothing is stored', async () => {
    const row = (name: string) => b!.locator('#channels tr').filter({ hasText: name });
    await see(row('MessageHub:all').locator('td')).toHaveText(['2', /^[1-9]\d*$/]);
    await see(row('MessageHub:connection:')).toHaveCount(2);
    await see(row('MessageHub:user:')).toHaveCount(2);
    await see(row('MessageHub:group:PrivateGroup')).toHaveCount(0);
    await a!.locator('#join').click();
    await see(row('MessageHub:group:PrivateGroup').locator('td').first()).toHaveText('1');
    await b!.locator('#join').click();
    await see(row('MessageHub:group:PrivateGroup').locator('td').first()).toHaveText('2');
    await see(b!.locator('#picture')).toHaveAttribute('aria-label', /DBSIZE 0$/);
  });

  test('an announcement over HTTP to instance 1 reaches the client of instance 2', async () => {
    await b!.locator('#announce').click();
    await see(newest(b!)).toContainText('An announcement');
    await see(newest(b!)).toContainText('sent by instance 1, delivered by instance 2');
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  const unable = 'Unable to connect to the server with any of the available transports.';
  const disabled = (name: string): string =>
    `${name} failed: Error: '${name}' is disabled by the client.`;
  test.each([
    [
      'round-robin',
      `negotiate 200 from instance 1, websocket 404 from instance 2, ${unable} Error: WebSockets failed: Error: WebSocket failed to connect. The connection could not be found on the server, either the endpoint may not be a SignalR endpoint, the connection ID is not present on the server, or there is a proxy blocking WebSockets. If you have multiple servers check that sticky sessions are enabled. ${disabled('ServerSentEvents')} ${disabled('LongPolling')}`,
    ],
    [
      'what the server said',
      'Negotiated with instance 1, asked instance 2: 404 No Connection with that ID',
    ],
    ['cure: sticky', 'negotiate 200 from instance 1, websocket 101 from instance 1, connected'],
    ['cure: skipNegotiation', 'websocket 101 from instance 1, connected'],
    [
      'skipNegotiation, Long Polling',
      'Negotiation can only be skipped when using the WebSocket transport directly.',
    ],
    [
      'cure: signed tokens',
      'negotiate 200 from instance 1, websocket 101 from instance 2, connected',
    ],
    [
      'signed tokens, Long Polling',
      `negotiate 200 from instance 1, poll 404 from instance 2, ${unable} ${disabled('WebSockets')} ${disabled('ServerSentEvents')} Error: LongPolling failed: Error: No Connection with that ID: Status code '404'`,
    ],
    ['another app, no prefix', 'Our clients got: Your parcel is on its way'],
    ["another app, prefix 'shop'", 'Our clients got nothing of it.'],
  ])('on purpose: %s', (name, text) => press(a!, name, text));

  test('round-robin for the whole page: not connected; sticky again: connected', async () => {
    await b!.locator('#balancer').selectOption('round-robin');
    await see(state(b!)).toHaveText('Not connected');
    await see(b!.locator('#result li.refused')).toHaveCount(3);
    await b!.locator('#balancer').selectOption('sticky');
    await bothConnected();
  });

  test('Redis stops: what works, what is lost; it starts: subscriptions return, lost messages do not', async () => {
    await a!.locator('#redis').click();
    await see(a!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /instance 1: 1 client, Degraded.*Redis, ✕ away$/,
    );
    await a!.locator('#target').selectOption('Myself');
    await send(a!, 'to myself');
    await a!.locator('#target').selectOption('Everyone');
    await send(a!, 'lost for others');
    await see(newest(a!)).toContainText('sent by instance 1, delivered by instance 1');
    await see(a!.locator('#health')).toHaveText(
      'Degraded: Nothing listens at the address of Redis. Is it started, and are host and port right? Sends lost: 1 by instance 1.',
    );
    await a!.locator('#redis').click();
    const healthy =
      /instance 1: 1 client, Healthy, port \d+; instance 2: 1 client, Healthy, port \d+; Redis, \d+ channels/;
    await see(a!.locator('#picture')).toHaveAttribute('aria-label', healthy);
    await send(a!, 'after');
    await see(newest(b!)).toContainText('after');
    expect(await b!.locator('#messages').textContent()).not.toContain('lost for others');
  });

  test('without backplane half of the tabs hear it; with it all', async () => {
    const switchTo = async (backplane: string, joined: RegExp): Promise<void> => {
      await a!.locator('#backplane').selectOption(backplane);
      await see(a!.locator('#picture')).toHaveAttribute('aria-label', joined);
      await bothConnected();
    };
    await switchTo(
      'none',
      /client, Healthy, port \d+; instance 2: 1 client, Healthy, port \d+; no backplane/,
    );
    await send(a!, 'half of you');
    await send(b!, 'only mine');
    expect(await b!.locator('#messages').textContent()).not.toContain('half of you');
    expect(await a!.locator('#messages').textContent()).not.toContain('only mine');
    await switchTo(
      'redis',
      /client, Healthy, port \d+; instance 2: 1 client, Healthy, port \d+; Redis, \d+ channels/,
    );
    await send(a!, 'all of you');
    await see(newest(b!)).toContainText('all of you');
  });

  test('presence: who is in the group, over both servers; then Redis keeps keys', async () => {
    await a!.locator('#who').click();
    await see(a!.locator('#joined')).toHaveText(/Presence is off\.$/);
    await a!.locator('#presence').check();
    const kept = /instance 1: 1 client, .*instance 2: 1 client, .*DBSIZE [1-9]\d*$/;
    await see(a!.locator('#picture')).toHaveAttribute('aria-label', kept);
    await bothConnected();
    await a!.locator('#who').click();
    await see(a!.locator('#joined')).toHaveText('In the group: nobody');
    await a!.locator('#join').click();
    await b!.locator('#join').click();
    await see(a!.locator('#joined')).toContainText('is in the Private Group');
    await see(b!.locator('#joined')).toContainText('is in the Private Group');
    await a!.locator('#who').click();
    await see(a!.locator('#joined')).toHaveText(
      /^In the group: (alice on instance 1, bob on instance 2|bob on instance 2, alice on instance 1)$/,
    );
  });

  test.runIf(hasDotnet())('a C# server joins, and this tab moves to it', async () => {
    await b!.locator('#dotnet').click();
    await see(b!.locator('#picture')).toHaveAttribute(
      'aria-label',
      /C# server: 0 clients, Healthy/,
    );
    await b!.locator('#place').selectOption('C# server');
    await see(b!.locator('#picture')).toHaveAttribute('aria-label', /C# server: 1 client,/);
    await see(state(b!)).toHaveText('Connected · WebSockets · bob');
    await send(b!, 'from C#');
    await see(newest(a!)).toContainText('sent by C# server, delivered by instance 1');
    await send(a!, 'to C#');
    await see(newest(b!)).toContainText('sent by instance 1, delivered by C# server');
  });

  test('everybody can use it', async () => {
    expect(await auditPage(a!)).toEqual([]);
    // It is there where .NET is, and not while one runs.
    const order = (await tabOrder(a!, 'Course')).filter((name) => name !== 'Let a C# server join');
    expect(order.slice(0, 18)).toEqual([
      'Course',
      'Name',
      'Connect',
      'Backplane',
      'Balancer',
      'This tab is on',
      'Presence',
      'Stop Redis',
      "Kill this tab's server",
      'Send to',
      'Message',
      'Send',
      'Announce at instance 1',
      'Join Private Group',
      'Who is in it?',
      'Drop my connection',
      'Join again after a drop',
      'Channels',
    ]);
  });
});
