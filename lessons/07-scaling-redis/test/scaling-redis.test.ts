import { fileURLToPath } from 'node:url';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { hasDotnet } from '@practical-signalr/lesson-kit/instances';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  layoutFaults,
  playStatefulReconnect,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { type FoundRedis, findRedis } from '@practical-signalr/redis/local';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ControlPanel } from '../lab/server/control-panel.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const panelOf = async (lesson: RunningLesson): Promise<ControlPanel> =>
  (await fetch(`${lesson.url}/control-panel`)).json() as Promise<ControlPanel>;
const changePanel = (lesson: RunningLesson, command: object): Promise<Response> =>
  fetch(`${lesson.url}/control-panel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
const isServing = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Connects in Node to one of the instances, without the balancer. */
async function connectTo(
  url: string,
  lesson: RunningLesson,
  onMessage: (message: string, sentBy: string) => void,
) {
  const accessTokenFactory = async () => (await fetch(`${lesson.url}/token?name=peer`)).text();
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/messages`, { accessTokenFactory })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('ReceiveMessage', onMessage);
  await connection.start();
  return connection;
}

// The tests in Chromium use redis-server.
const kinds = ['given', 'redis-server', 'in-process'] as const;
const ownKinds = kinds.filter((kind) => kind !== 'redis-server' || !hasChromium());
describe.each(ownKinds)('Redis: %s', (kind) => {
  test('two instances share one chat, and nothing is left when the lesson stops', async () => {
    const own: FoundRedis | undefined =
      kind === 'given' ? await findRedis({ PATH: process.env['PATH'] }) : undefined;
    const env = { given: { REDIS_URL: own?.url }, 'redis-server': {}, 'in-process': { PATH: '' } };
    const options = { production: true, env: { REDIS_URL: '', ...env[kind] } };
    // One of the three runs on the port of the lesson, with which the instances have fixed ports.
    const isOnOwnPort = kind === 'in-process';
    const lesson = await startLesson(folder, isOnOwnPort ? { ...options, port: 4107 } : options);
    const { instances, redis, dotnet } = await panelOf(lesson);
    expect(redis).toMatchObject({ kind, view: { keys: 0 } });
    expect(lesson.output()).toContain(`Redis: ${redis.description}`);
    if (kind === 'in-process') {
      expect([dotnet, redis.description]).toEqual(['absent', expect.stringMatching(/in-process/)]);
    }
    const urls = instances.map(({ url }) => url);
    if (isOnOwnPort) {
      expect(urls).toEqual(['http://127.0.0.1:4171', 'http://127.0.0.1:4172']);
      const text = await (await fetch(urls[0]!)).text();
      expect(text).toMatch(/^This is instance 1, which has no page\./);
      const second = startLesson(folder, { port: 4107, production: true });
      await expect(second).rejects.toThrow(/:\nPort 4107 is in use, .* variable PORT\.\n$/);
    }
    if (kind === 'given') {
      await changePanel(lesson, { redis: 'stopped' });
      expect((await panelOf(lesson)).redis.view?.keys).toBe(0);
    }

    let receive: (args: unknown[]) => void = () => undefined;
    const received = new Promise<unknown[]>((resolve) => (receive = resolve));
    const receiver = await connectTo(urls[1]!, lesson, (...args) => receive(args));
    const sender = await connectTo(urls[0]!, lesson, () => undefined);
    await sender.invoke('SendMessageToAll', 'over Redis');
    expect(await received).toEqual(['over Redis', 'instance 1']);
    await Promise.all([sender.stop(), receiver.stop()]);

    expect(await lesson.stop()).toBe(0);
    expect(await Promise.all([lesson.url, ...urls].map(isServing))).toEqual([false, false, false]);
    if (own === undefined) {
      const [, port] = /port (\d+)/.exec(redis.description)!;
      expect(await isServing(`http://127.0.0.1:${port}`)).toBe(false);
    }
    await own?.close();
  });
});

const modes = [
  ['production', true],
  ['development', false],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 7 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];
  let a: Page;
  let b: Page;
  let lab: Page;
  let redis: ControlPanel['redis'];

  const state = (page: Page) => page.locator('#state');
  const picture = (page: Page) => page.locator('#picture');
  const newest = (page: Page) => page.locator('#messages li').last();
  const step = (page: Page, number: number) => page.locator('.walk > li').nth(number - 1);
  const send = async (page: Page, message: string): Promise<void> => {
    await page.locator('#message').fill(message);
    await page.locator('#message').press('Enter');
    await see(newest(page)).toContainText(message);
  };
  const open = async (path = ''): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(lesson.url + path);
    return page;
  };

  beforeAll(async () => {
    const env = { REDIS_URL: '' };
    [lesson, browser] = await Promise.all([
      startLesson(folder, { production, env }),
      launchChromium(),
    ]);
    ({ redis } = await panelOf(lesson));
    context = await browser.newContext();
    problems = watchProblems(context);
    a = await open();
    await see(state(a)).toHaveText('Connected · alice');
    b = await open();
    await see(state(b)).toHaveText('Connected · alice');
    lab = await open('/lab/');
  });
  afterAll(async () => {
    await browser?.close();
    const panel = await panelOf(lesson);
    const urls = panel.instances.map(({ url }) => url);
    expect(await lesson.stop()).toBe(0);
    const [, redisPort] = /port (\d+)/.exec(panel.redis.description)!;
    const all = [lesson.url, ...urls, `http://127.0.0.1:${redisPort}`];
    expect((await Promise.all(all.map(isServing))).filter(Boolean)).toEqual([]);
    const intended = /404|WebSocket|Unable to connect|Connection disconnected|Failed to/;
    expect(problems.filter((problem) => !intended.test(problem))).toEqual([]);
  });

  test('client A is on instance 1 and client B on instance 2, and the page shows sender and deliverer', async () => {
    await see(step(a, 1)).toHaveClass(/done/);
    await send(a, 'from A');
    await see(step(a, 2)).toHaveClass(/done/);
    await see(newest(a)).toContainText('sent by instance 1, delivered by instance 1');
    await see(newest(b)).toContainText('from A');
    await see(newest(b)).toContainText('sent by instance 1, delivered by instance 2');
    await send(b, 'from B');
    await see(newest(a)).toContainText('sent by instance 2, delivered by instance 1');
    await see(a.locator('#requests li')).toHaveText([
      '200POST negotiatetoken in header · instance 1',
      '101GET websockettoken in query · instance 1',
    ]);
    await see(picture(a)).toHaveAttribute(
      'aria-label',
      /^balancer: sticky; instance 1: 1 client, Healthy, port \d+; instance 2: 1 client, Healthy, port \d+; Redis, \d+ channels, DBSIZE 0$/,
    );
    await step(a, 3).getByRole('button', { name: 'Continue' }).click();
    await see(step(a, 3).locator('pre')).toContainText('redis({ url })');
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('without REDIS_URL, the lesson starts redis-server', () => {
    expect(redis).toMatchObject({ kind: 'redis-server', view: { keys: 0 } });
    expect(lesson.output()).toContain(`Redis: ${redis.description}`);
  });

  test('with round-robin a new tab cannot connect, and it connects by itself after the switch to sticky', async () => {
    await lab.locator('#balancer').selectOption('round-robin');
    await see(step(a, 4)).toHaveClass(/done/);
    await see(a.locator('.progress')).toHaveText('4 of 4 steps done');
    const late = await open();
    await see(state(late)).toHaveText(
      'Not connected. Unable to connect to the server with any of the available transports. The requests next to the drawing show why.',
    );
    await see(late.getByRole('button', { name: 'Connect again' })).toBeVisible();
    await see(late.locator('#requests li.refused').first()).toContainText('404');
    await lab.locator('#balancer').selectOption('sticky');
    await see(state(late)).toHaveText('Connected · alice');
    await see(late.getByRole('button', { name: 'Connect again' })).toBeHidden();
    await send(late, 'from the late tab');
    await late.close();
    await see(state(a)).toHaveText('Connected · alice');
  });

  test('what lesson 4 teaches is still there: with ?stateful, a drop changes neither the id nor the group', async () => {
    const page = await context.newPage();
    const { idBefore, idAfter, messages } = await playStatefulReconnect(page, lesson.url);
    expect([idAfter, messages]).toEqual([idBefore, ['after the drop']]);
    await page.close();
  });

  const rowOf = (action: string) =>
    lab
      .locator('tr')
      .filter({ has: lab.getByRole('button', { name: action, exact: true }) })
      .first();
  test.each([
    [
      'Connect through round-robin',
      'negotiate 200 from instance 1, websocket 101 from instance 1, connected',
    ],
    ['Read the body of the 404', undefined],
    ['Skip negotiation, with Long Polling', 'websocket 101 from instance 1, connected'],
    [
      'Use a signed connection token, with Long Polling',
      'negotiate 200 from instance 1, websocket 101 from instance 2, connected',
    ],
    ['Let another app send to its clients', 'Our client received nothing from the other app.'],
    ['Join a group on both instances', undefined],
    ['Announce at instance 1', undefined],
    ['Stop Redis, send, and start it again', undefined],
    ['Turn the backplane off and send to all', 'Client B on instance 2 received the message.'],
    ['Ask who is in a group', undefined],
  ])('the lab: %s', async (action, cured) => {
    const row = rowOf(action);
    await row.getByRole('button', { name: action, exact: true }).click();
    await see(row.locator('.badge')).toHaveText('As expected');
    if (cured === undefined) return;
    await row.getByRole('button', { name: 'Try the cure' }).click();
    await see(row.locator('td').last()).toContainText(cured);
  });

  test('instance 1 restarts while a counter runs, and its client does not notice', async () => {
    await lab.locator('#restart').click();
    await see(lab.locator('#counter')).toHaveText(
      /^Client A received all \d+ numbers in order\. Its connection id is the same\. It reconnected 0 times\.$/,
    );
    await see(picture(lab)).toHaveAttribute('aria-label', /instance 1: .*instance 2: /);
  });

  test('the tabs reconnect after the experiments', async () => {
    for (const tab of [a, b]) await see(state(tab)).toHaveText(/^Connected/);
    await send(a, 'after the lab');
    await see(newest(b)).toContainText('after the lab');
  });

  test('an instance that is killed is drawn as missing, and can be started again', async () => {
    await lab.locator('#kill').click();
    await see(lab.locator('#health')).toContainText('instance 1 is not running.');
    for (const tab of [a, b]) await see(state(tab)).toHaveText(/^Connected/);
    await lab.getByRole('button', { name: 'Start instance 1 again' }).click();
    await see(picture(lab)).toHaveAttribute('aria-label', /instance 1: .*instance 2: /);
  });

  test.runIf(hasDotnet())('a C# server joins the chat', async () => {
    const row = rowOf('Chat with a C# server');
    await row.getByRole('button').first().click();
    await see(row.locator('.badge')).toHaveText('As expected');
    await see(row).toContainText('sent by C# server');
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('long values fit in the layout', async () => {
    const page = await open(); // The other tabs have lost connections in the experiments.
    await see(state(page)).toHaveText('Connected · alice');
    await send(page, 'W'.repeat(30));
    const time = (locale: string): string =>
      new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date());
    expect(
      await layoutFaults(page, {
        '#state': 'Not connected. The server does not respond. Start the lesson again.',
        '#messages li > small': 'sent by instance 1, delivered by an instance with a long name',
        '.walk .pair p': 'The balancer sends each tab to an instance of its own.',
        '#messages time': time,
      }),
    ).toEqual([]);
    await page.close();
    expect(await layoutFaults(lab, { '#health': 'Degraded: '.repeat(20) })).toEqual([]);
  });

  test.each([
    ['the lesson', () => a],
    ['the lab', () => lab],
  ])('accessibility of %s', async (_name, page) => {
    expect(await auditPage(page())).toEqual([]);
  });

  test('the keyboard reaches the links, the steps, the chat and the wire in this order', async () => {
    const order = await tabOrder(a, 'README');
    expect(order.slice(0, 4)).toEqual(['README', 'Diff', 'Slides', 'Lab']);
    expect(order.indexOf('Message')).toBeLessThan(order.indexOf('Wire'));
  });
});
