import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { DEFAULT_ACCESS_KEY, startEmulator } from '@practical-signalr/azure-emulator';
import { hasDotnet } from '@practical-signalr/lesson-kit/instances';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  layoutFaults,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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

/** Connects in Node. The app sends the client to the service. */
async function connectTo(
  lesson: RunningLesson,
  onMessage: (message: string, sentBy: string) => void,
) {
  const accessTokenFactory = async () => (await fetch(`${lesson.url}/token?name=peer`)).text();
  const connection = new HubConnectionBuilder()
    .withUrl(`${lesson.url}/messages`, { accessTokenFactory })
    .configureLogging(LogLevel.None)
    .build();
  connection.on('ReceiveMessage', onMessage);
  await connection.start();
  return connection;
}

// The tests in Chromium use the emulator that the lesson starts.
const kinds = ['emulator', 'given'] as const;
const ownKinds = kinds.filter((kind) => kind !== 'emulator' || !hasChromium());
describe.each(ownKinds)('the service: %s', (kind) => {
  test('clients chat through it, and nothing is left when the lesson stops', async () => {
    const own =
      kind === 'given'
        ? await startEmulator({ port: 0, accessKey: 'a key of our own, 32 bytes long!!' })
        : undefined;
    const lesson = await startLesson(folder, {
      production: true,
      env: { Azure__SignalR__ConnectionString: own?.connectionString ?? '' },
    });
    const { service } = await panelOf(lesson);
    expect(service.isEmulator).toBe(kind === 'emulator');
    if (own !== undefined) {
      expect(lesson.output()).not.toContain('a key of our own');
      await vi.waitFor(() => expect(own.status().hubs[0]!.counts.servers).toBe(5));
    }

    let receive: (args: unknown[]) => void = () => undefined;
    const received = new Promise<unknown[]>((resolve) => (receive = resolve));
    const receiver = await connectTo(lesson, (...args) => receive(args));
    const sender = await connectTo(lesson, () => undefined);
    await sender.invoke('SendMessageToAll', 'through the service');
    expect(await received).toEqual(['through the service', 'instance 1']);
    await Promise.all([sender.stop(), receiver.stop()]);

    expect(await lesson.stop()).toBe(0);
    expect(await isServing(lesson.url)).toBe(false);
    if (own === undefined) {
      const [, port] = /port (\d+)/.exec(service.description)!;
      expect(await isServing(`http://127.0.0.1:${port}`)).toBe(false);
    } else {
      await vi.waitFor(() => expect(own.status().hubs).toEqual([]));
    }
    await own?.close();
  });
});

test('the ports are fixed, a free one replaces one that is in use, and a second instance starts once', async () => {
  const first = await startLesson(folder, { port: 4108, production: true });
  const { service } = await panelOf(first);
  expect(service.description).toBe('An emulator of Azure SignalR Service, on port 8888');
  // The lesson's own port is the one that its reader can change.
  await expect(startLesson(folder, { port: 4108, production: true })).rejects.toThrow(
    /:\nPort 4108 is in use, .* variable PORT\.\n$/,
  );

  const squatter = createServer().listen(4182, '127.0.0.1');
  await once(squatter, 'listening');
  const starts = await Promise.all([1, 2].map(() => changePanel(first, { start: true })));
  expect(starts.map(({ status }) => status)).toEqual([200, 200]);
  squatter.close();
  const { instances } = await panelOf(first);
  expect(instances.map(({ name }) => name)).toEqual(['instance 1', 'instance 2']);
  expect(new URL(instances[1]!.url).port).not.toBe('4182');
  expect(await first.stop()).toBe(0);
  await vi.waitFor(async () => expect(await isServing(instances[1]!.url)).toBe(false));
});

const modes = [
  ['production', true],
  ['development', false],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 8 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];
  let a: Page;
  let b: Page;
  let lab: Page;

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
    const env = { Azure__SignalR__ConnectionString: '' };
    [lesson, browser] = await Promise.all([
      startLesson(folder, { production, env }),
      launchChromium(),
    ]);
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
    const { service } = await panelOf(lesson);
    expect(await lesson.stop()).toBe(0);
    expect(service.isEmulator).toBe(true);
    const [, port] = /port (\d+)/.exec(service.description)!;
    const all = [lesson.url, `http://127.0.0.1:${port}`];
    expect((await Promise.all(all.map(isServing))).filter(Boolean)).toEqual([]);
    const intended =
      /messages\?attempt=.* 404|wrong\/messages|status of (404|429|500)|WebSocket (closed|connection)|Connection disconnected|Failed to (load|complete|start)/;
    expect(problems.filter((problem) => !intended.test(problem))).toEqual([]);
  });

  test('two tabs at the service: the app only answers negotiate and keeps five connections', async () => {
    await see(step(a, 1)).toHaveClass(/done/);
    await send(a, 'from A');
    await see(step(a, 2)).toHaveClass(/done/);
    await see(newest(b)).toContainText('from A');
    await see(newest(b)).toContainText('sent by instance 1, delivered by the service');
    await see(a.locator('#requests li')).toHaveText(['200POST negotiatetoken in header']);
    await see(picture(a)).toHaveAttribute(
      'aria-label',
      /^Azure SignalR Service \(emulator\); instance 1: 2 clients, 5 connections, port \d+; no backplane, no sticky sessions, /,
    );
    await step(a, 3).getByRole('button', { name: 'Continue' }).click();
    await see(a.locator('.progress')).toHaveText('3 of 3 steps done');
    await see(step(a, 3).locator('pre')).toContainText('azureSignalR({ connectionString })');
  });

  test('the lab: both negotiate responses and both tokens, without the tokens themselves', async () => {
    await lab.locator('#negotiate').click();
    await see(lab.locator('#app-response')).toContainText('"accessToken": "•••"');
    await see(lab.locator('#app-response')).toContainText('/client/?hub=messagehub');
    await see(lab.locator('#service-response')).toContainText('"connectionToken": "•••"');
    await see(lab.locator('#app-token')).toContainText('"sub": "alice"');
    await see(lab.locator('#service-token')).toContainText('"asrs.s.uid": "alice"');
    await see(lab.locator('#negotiated')).toHaveText(
      "Our token expires after 60 s, the service's after 3600 s",
    );
    expect(await lab.locator('main').innerText()).not.toContain('eyJ');
  });

  if (!production) return; // The pages have the same code in development.
  test('what lesson 4 teaches is still there: with ?stateful, the page asks the service to keep its connection', async () => {
    const page = await context.newPage();
    const requested = page.waitForRequest(/\/client\/negotiate\?.*useStatefulReconnect=true/);
    await page.goto(`${lesson.url}/?stateful`);
    await requested;
    // The emulator declines: the documents of the service do not say how it buffers messages.
    await see(state(page)).toHaveText('Connected · alice');
    await page.close();
  });

  const rowOf = (action: string) =>
    lab
      .locator('tr')
      .filter({ has: lab.getByRole('button', { name: action, exact: true }) })
      .first();
  test.each([
    ['Skip negotiation', 'negotiate 200, connected'],
    ['Use a wrong key', undefined],
    ['Open clients until the quota of 20 is reached', undefined],
    ['Let another app send to its clients', 'Our client received nothing from the other app.'],
    ['Open ten clients', undefined],
    ['Start a second instance and send to a group', undefined],
    ['Kill the instance of a client', undefined],
  ])('the lab: %s', async (action, cured) => {
    const row = rowOf(action);
    await row.getByRole('button', { name: action, exact: true }).click();
    await see(row.locator('.badge')).toHaveText('As expected');
    if (cured === undefined) return;
    await row.getByRole('button', { name: 'Try the cure' }).click();
    await see(row.locator('td').last()).toContainText(cured);
  });

  test('the log names a wrong key without showing it', async () => {
    expect(lesson.output()).toMatch(/refused a server connection \(401\)\. Check the AccessKey/);
    const shown = [lesson.output(), await lab.content(), JSON.stringify(await panelOf(lesson))];
    for (const key of ['wrong'.repeat(9), DEFAULT_ACCESS_KEY]) {
      expect(shown.join()).not.toContain(key);
    }
  });

  test.runIf(hasDotnet())('a C# server joins the chat', async () => {
    const row = rowOf('Let a C# server join');
    await row.getByRole('button').first().click();
    await see(row.locator('.badge')).toHaveText('As expected');
    await see(row).toContainText('sent by C# server');
  });

  test('the tabs are connected after the experiments', async () => {
    for (const tab of [a, b]) await see(state(tab)).toHaveText(/^Connected/);
    await send(a, 'after the lab');
    await see(newest(b)).toContainText('after the lab');
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('long values fit in the layout', async () => {
    await send(a, 'W'.repeat(30));
    const time = (locale: string): string =>
      new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date());
    expect(
      await layoutFaults(a, {
        '#state': 'Not connected. The server does not respond. Start the lesson again.',
        '#messages li > small': 'sent by instance 1, delivered by an instance with a long name',
        '.walk .pair p': 'Tabs connect to the service. The app keeps five connections to it.',
        '#messages time': time,
      }),
    ).toEqual([]);
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
