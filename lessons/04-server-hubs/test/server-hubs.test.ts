import { fileURLToPath } from 'node:url';
import {
  auditPage,
  hasChromium,
  launchChromium,
  type RunningLesson,
  startLesson,
  tabOrder,
  watchProblems,
  see,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 4 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    await see(ids(opened).filter({ hasText: '(this page)' })).toHaveCount(1);
    return opened;
  };
  const ids = (page: Page) => page.locator('#target option:nth-child(n + 4)');
  const ownId = async (page: Page): Promise<string> =>
    (await ids(page).filter({ hasText: '(this page)' }).getAttribute('value'))!;
  const messages = (page: Page) => page.locator('#messages li > span:nth-of-type(1)');
  const choose = (page: Page, value: string) => page.locator('#target').selectOption(value);
  const send = async (page: Page, message: string): Promise<void> => {
    await page.locator('#message').fill(message);
    await page.locator('#message').press('Enter');
    await see(page.locator('#message')).toHaveValue('');
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

  test('who was here hears of a newcomer; a newcomer hears only of itself; who leaves goes from the list', async () => {
    const a = await open();
    await see(ids(a)).toHaveCount(1);
    const b = await open();
    await see(ids(a)).toHaveCount(2);
    await see(ids(b)).toHaveCount(1);
    await choose(a, await ownId(b));
    await b.close();
    await see(ids(a)).toHaveCount(1);
    await a.locator('#message').fill('for nobody');
    await a.getByRole('button', { name: 'Send', exact: true }).click();
    await see(a.locator('#sent')).toHaveText('Choose whom to send to.');
    expect(problems).toEqual([]);
  });

  test('everyone, myself, one connection and the group: each gets what is for it', async () => {
    const a = await open();
    const b = await open();
    await send(a, 'to everyone');
    await choose(a, 'Myself');
    await send(a, 'to myself');
    await see(ids(a)).toHaveCount(2);
    await choose(a, await ownId(b));
    await send(a, 'to b');
    await choose(a, 'PrivateGroup');
    await send(a, 'to a group without members');
    const join = b.getByRole('button', { name: 'Join Private Group' });
    await join.press('Enter');
    await join.press('Enter'); // twice is once
    await see(b.locator('#joined')).toHaveText(`${await ownId(b)} is in the Private Group`);
    await send(a, 'to the group, from outside');
    await see(messages(b)).toHaveText(['to everyone', 'to b', 'to the group, from outside']);
    await see(messages(a)).toHaveText(['to everyone', 'to myself']);
    expect(problems).toEqual([]);
  });

  test('by keyboard alone: choose, write, send, join', async () => {
    const page = await open();
    await page.locator('#target').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.type('hello <i>me</i>');
    await page.keyboard.press('Enter');
    await see(messages(page)).toHaveText(['hello <i>me</i>']);
    for (let tabs = 0; tabs < 2; tabs++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await see(page.locator('#joined')).toContainText('is in the Private Group');
  });

  test('the server stops and starts: the page says so and comes back', async () => {
    const page = await open();
    const { port } = lesson;
    expect(await lesson.stop()).toBe(0);
    await see(page.locator('#state')).toHaveText('Reconnecting');
    // The client tries after 0, 2, 10 and 30 s. In development Vite reloads the page, before or after that.
    const reloaded = production ? undefined : page.waitForEvent('load');
    lesson = await startLesson(folder, { production, port });
    await reloaded;
    await see(page.locator('#state')).toHaveText(/^Connected/);
    await see(ids(page)).toHaveCount(1);
    await send(page, 'still here');
    await see(messages(page)).toHaveText(['still here']);
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test.each([false, true])(
    'failure on purpose: a drop gives a new id; joined again: %s',
    async (rejoin) => {
      const page = await open();
      const before = await ownId(page);
      await page.getByRole('button', { name: 'Join Private Group' }).click();
      await see(page.locator('#joined')).toHaveText(`${before} is in the Private Group`);
      await choose(page, 'PrivateGroup');
      await send(page, 'before the drop');
      await see(messages(page)).toHaveText(['before the drop']);
      if (rejoin) await page.getByLabel('Join again after a drop').check();
      await page.getByRole('button', { name: 'Drop my connection' }).click();
      await see(page.locator('#state')).toHaveText('Connected again, with a new id');
      await see(ids(page)).toHaveCount(1);
      const after = await ownId(page);
      expect(after).not.toBe(before);
      if (rejoin) await see(page.locator('#joined')).toHaveText(`${after} is in the Private Group`);
      await choose(page, 'PrivateGroup');
      await send(page, 'after the drop');
      await see(page.locator('#sent')).toHaveText('The hub method has finished');
      await choose(page, 'Myself');
      await send(page, 'the end');
      await see(messages(page)).toHaveText([
        'before the drop',
        ...(rejoin ? ['after the drop'] : []),
        'the end',
      ]);
      expect(problems.join()).toContain('WebSocket closed with status code: 1006'); // and nothing else
      expect(problems).toHaveLength(1);
    },
  );

  test('the other cure: stateful reconnect keeps the id, the group and what was sent meanwhile', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Reload with stateful reconnect' }).click();
    await see(page.locator('#state')).toHaveText('Connected');
    await see(ids(page).filter({ hasText: '(this page)' })).toHaveCount(1);
    const before = await ownId(page);
    await page.getByRole('button', { name: 'Join Private Group' }).click();
    await see(page.locator('#joined')).toContainText('is in the Private Group');
    await page.getByRole('button', { name: 'Drop my connection' }).click();
    await see(page.locator('wire-panel')).toContainText('sequence');
    await choose(page, 'PrivateGroup');
    await send(page, 'after the drop');
    await see(messages(page)).toHaveText(['after the drop']);
    expect(await ownId(page)).toBe(before);
    await see(page.locator('#state')).toHaveText('Connected');
  });

  test.each([
    ['message to a dead id', 'It succeeds.'],
    ['count in a field', 'The two calls count 1 and 1.'],
    ['count in context.items', 'The two calls count 1 and 2.'],
    ['three calls of 300 ms at once', /^One after the other: (9|1\d)\d\d ms\.$/],
    [
      'unknown method',
      "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist.",
    ],
    [
      'no handler on the client',
      "The call succeeds. The client logs: No client method with the name 'nobodylistens' found.",
    ],
  ])('on purpose: %s', async (name, text) => {
    const page = await open();
    const row = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text);
    await see(ids(page)).toHaveCount(1); // the buttons' own connections do not show up here
    expect(problems).toEqual([]);
  });

  test('everybody can use it: axe in light and dark, a phone without sideways scrolling, a sensible keyboard order', async () => {
    const page = await open();
    expect(await auditPage(page)).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 9)).toEqual([
      'Send to',
      'Message',
      'Send',
      'Join Private Group',
      'Drop my connection',
      'Join again after a drop',
      'Reload with stateful reconnect',
      'message to a dead id',
    ]);
    expect(problems).toEqual([]);
  });
});
