import { fileURLToPath } from 'node:url';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  openLab,
  layoutFaults,
  playEarlierLabs,
  playLongNames,
  playOutcomes,
  playStatefulReconnect,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

const modes = [
  ['production', true],
  ['development', false],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 4 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  const ids = (page: Page): Locator => page.locator('#target option:nth-child(n + 4)');
  const ownOption = (page: Page): Locator => ids(page).filter({ hasText: '(this page)' });
  const ownId = async (page: Page): Promise<string> =>
    (await ownOption(page).getAttribute('value')) ?? '';
  const messages = (page: Page): Locator => page.locator('#messages li > span:nth-of-type(1)');
  const step = (page: Page, number: number): Locator => page.locator('.walk > li').nth(number - 1);
  const choose = (page: Page, value: string): Promise<unknown> =>
    page.locator('#target').selectOption(value);
  const join = (page: Page): Promise<void> =>
    page.getByRole('button', { name: 'Join Private Group' }).press('Enter');
  const send = async (page: Page, message: string): Promise<void> => {
    await page.locator('#message').fill(message);
    await page.locator('#message').press('Enter');
    await see(page.locator('#message')).toHaveValue('');
  };
  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    await see(ownOption(opened)).toHaveCount(1);
    return opened;
  };
  /** Opens a page, and returns a function that drops its connection as a lost network does. */
  const openToDrop = async (): Promise<[page: Page, drop: () => Promise<void>]> => {
    let token = '';
    context.once('page', (opened) => {
      opened.on('websocket', (socket) => {
        token = new URL(socket.url()).searchParams.get('id') ?? token;
      });
    });
    const page = await open();
    const drop = async (): Promise<void> => {
      await fetch(`${lesson.url}/break`, { method: 'POST', body: token });
    };
    return [page, drop];
  };

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
  });
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext();
    problems = watchProblems(context);
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the lab opens from the page', async () => {
    const page = await open();
    await openLab(page, 'Lab 4: Server hubs');
    const row = page.getByRole('row', { name: 'Join a group twice' });
    await row.getByRole('button').click();
    await see(row.locator('.badge')).toHaveText('As expected');
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('the walkthrough: a second tab, one connection, the group, and the lines of the hub', async () => {
    const a = await open();
    await see(step(a, 1)).toHaveAttribute('aria-current', 'step');
    const b = await open();
    await see(ids(a)).toHaveCount(2);
    await see(step(a, 1)).toHaveClass(/done/);
    await see(ids(b)).toHaveCount(1); // A new client is not told which clients are connected.
    await send(a, 'to everyone');
    await choose(a, 'Myself');
    await send(a, 'to myself');
    await see(step(a, 2)).not.toHaveClass(/done/);
    await choose(a, await ownId(b));
    await send(a, 'to b');
    await see(step(a, 2)).toHaveClass(/done/);
    await join(b);
    await join(b); // Joining twice has no effect.
    await see(b.locator('#joined')).toHaveText(`${await ownId(b)} is in the Private Group`);
    await choose(a, 'PrivateGroup');
    await send(a, 'to the group, from outside');
    await see(step(a, 3)).toHaveClass(/done/);
    await see(messages(b)).toHaveText(['to everyone', 'to b', 'to the group, from outside']);
    await see(messages(a)).toHaveText(['to everyone', 'to myself']);
    await see(a.locator('.excerpt pre')).toHaveText([
      /clients\.client\(/,
      /groups\.add/,
      /group\(/,
    ]);
    await a.getByRole('button', { name: 'Continue' }).click();
    await see(a.locator('.progress')).toHaveText('4 of 4 steps done');
    await choose(a, await ownId(b));
    await b.close();
    await see(ids(a)).toHaveCount(1);
    await a.locator('#message').fill('for nobody');
    await a.locator('#message').press('Enter');
    await see(a.locator('#sent')).toHaveText('Choose a receiver.');
    expect(problems).toEqual([]);
  });

  test('after a drop, the page has a new id, and does not say that it is in the group', async () => {
    const [page, drop] = await openToDrop();
    const before = await ownId(page);
    await join(page);
    await see(page.locator('#joined')).toHaveText(`${before} is in the Private Group`);
    await drop();
    await see(page.locator('#state')).toHaveText('Connected again, with a new id');
    await see(page.locator('#joined')).toHaveText('In no group: each new connection has to join');
    expect(await ownId(page)).not.toBe(before);
    await choose(page, 'PrivateGroup');
    await send(page, 'to the group, after the drop');
    await choose(page, 'Myself');
    await send(page, 'to myself');
    await see(messages(page)).toHaveText(['to myself']);
    await join(page);
    await see(page.locator('#joined')).toHaveText(`${await ownId(page)} is in the Private Group`);
    expect(problems).toEqual([expect.stringContaining('WebSocket closed with status code: 1006')]);
  });

  test('with ?stateful, a drop changes neither the id nor the group', async () => {
    const played = await playStatefulReconnect(await context.newPage(), lesson.url);
    expect(played).toEqual({
      idBefore: played.idAfter,
      idAfter: played.idBefore,
      joined: `${played.idBefore} is in the Private Group`,
      messages: ['after the drop'],
    });
  });

  test('the server stops and starts: buttons report it, and the page reconnects', async () => {
    const page = await open();
    const { port } = lesson;
    expect(await lesson.stop()).toBe(0);
    await see(page.locator('#state')).toHaveText('Reconnecting');
    await join(page);
    await see(page.locator('#joined')).toContainText('Cannot send data');
    await page.locator('#message').fill('hello?');
    await page.locator('#message').press('Enter');
    await see(page.locator('#sent')).toContainText('Cannot send data');
    // The client tries after 0, 2, 10 and 30 s.
    lesson = await startLesson(folder, { production, port });
    await see(page.locator('#state')).toHaveText(/^Connected/);
    await see(ids(page)).toHaveCount(1);
    await send(page, 'still here');
    await see(messages(page)).toHaveText(['still here']);
    expect(problems.filter((text) => /Uncaught|unhandled/i.test(text))).toEqual([]);
  });

  test('the lab: failures, experiments, and those of lesson 3; the chat does not announce them', async () => {
    const chat = await open();
    const lab = await context.newPage();
    await lab.goto(`${lesson.url}/lab/`);
    const played = [
      ...(await playOutcomes(lab, '#failures')),
      ...(await playOutcomes(lab, '#experiments')),
    ];
    expect(played.map(({ action, badge, result, cure }) => [action, badge, result, cure])).toEqual([
      [
        'Drop the connection of a group member',
        'As expected',
        'The connection has a new id. The message does not arrive.',
        'The connection has a new id. The message arrives.',
      ],
      ['Send to an id that does not exist', 'As expected', 'The call succeeds.', undefined],
      ['Send to a group without members', 'As expected', 'The call succeeds.', undefined],
      [
        'Start three calls of 300 ms at once',
        'As expected',
        expect.stringMatching(/^Calls at the same time: 1\. All three took \d{3,5} ms\.$/),
        expect.stringMatching(/^Calls at the same time: 3\. All three took \d{3,5} ms\.$/),
      ],
      [
        'Drop a connection with stateful reconnect',
        'As expected',
        'The connection keeps its id. The message arrives.',
        undefined,
      ],
      [
        'Connect a second client',
        'As expected',
        'Connections that are reported to the first client: 2, to the second: 1.',
        undefined,
      ],
      ['Join a group twice', 'As expected', 'The call succeeds. Copies: 1.', undefined],
      [
        'Send to a group without joining it',
        'As expected',
        'The call succeeds. Copies: 0.',
        undefined,
      ],
      ['Count calls in a field', 'As expected', 'The calls return 1 and 1.', undefined],
      ['Count calls in context.items', 'As expected', 'The calls return 1 and 2.', undefined],
    ]);
    expect(await playEarlierLabs(lab, [3])).toEqual([
      {
        summary: 'Lesson 3: Basics 11 failures, 2 experiments',
        isFolded: true,
        badges: ['As expected'],
      },
    ]);
    await see(ids(chat)).toHaveCount(1);
    await see(messages(chat)).toHaveCount(0);
    expect(await auditPage(lab)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('groups, users and messages can have 1,000 characters', async () => {
    expect(await playLongNames(lesson.url)).toBe('n'.repeat(1000));
  });

  test('the page is accessible, works by keyboard alone, and long values fit in every locale', async () => {
    const page = await open();
    await page.locator('#target').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.type('hello <i>me</i>');
    await page.keyboard.press('Enter');
    await see(messages(page)).toHaveText(['hello <i>me</i>']);
    expect(await auditPage(page)).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 6)).toEqual([
      'Continue',
      'Send to',
      'Message',
      'Send',
      'Join Private Group',
    ]);
    const time = (locale: string): string =>
      new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date());
    expect(
      await layoutFaults(page, {
        '#state': 'Connected again, with a new id',
        '#sent': "Cannot send data if the connection is not in the 'Connected' State.",
        '#joined': `${'W'.repeat(22)} is in the Private Group`,
        '#messages li > span': 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2),
        '#messages time': time,
      }),
    ).toEqual([]);
    expect(problems).toEqual([]);
  });
});
