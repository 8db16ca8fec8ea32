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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 3 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    return opened;
  };

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
    context = await browser.newContext();
    problems = watchProblems(context);
    page = await open();
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('a message sent in one tab shows in both, as text, by keyboard alone', async () => {
    const other = await open();
    await page.bringToFront();
    await page.locator('#message').focus();
    await page.keyboard.type('hello <b>both</b>');
    await page.keyboard.press('Enter');
    for (const tab of [page, other]) {
      await see(tab.locator('#messages li').first()).toContainText('hello <b>both</b>');
    }
    await see(page.locator('#message')).toBeFocused();
    await see(page.locator('[aria-live].visually-hidden')).toHaveText('hello <b>both</b>');
    await other.close();
  });

  test('the wire panel shows negotiate, handshake, call and completion, and no token', async () => {
    const wire = page.locator('wire-panel');
    for (const text of ['POST negotiate', 'handshake ok', 'invocation 0', 'completion 0']) {
      await see(wire).toContainText(text);
    }
    expect(await wire.textContent()).toContain('"connectionToken":"••••');
    expect(await wire.textContent()).toMatch(/\?id=••••/);
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test.each([
    [
      'unknown method',
      "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist.",
    ],
    ['too few arguments', "Failed to invoke 'sendMessageToAll' due to an error on the server."],
    ['too many arguments', "Failed to invoke 'sendMessageToAll' due to an error on the server."],
    ['a number for a text', "Failed to invoke 'sendMessageToAll' due to an error on the server."],
    ['method throws', "An unexpected error occurred invoking 'boom' on the server."],
    [
      'method throws HubError',
      "An unexpected error occurred invoking 'told' on the server. HubException: told",
    ],
    ['invoke before start', "Cannot send data if the connection is not in the 'Connected' State."],
    ['33 KB argument', 'Server returned an error on close: Connection closed with an error.'],
    [
      'no handler on the client',
      "The call succeeds. The client logs: No client method with the name 'nobodylistens' found.",
    ],
    [
      'handler registered late',
      "The call succeeds. The client logs: No client method with the name 'receivemessage' found.",
    ],
    [
      'handler returns a value',
      "The call succeeds. The client logs: Result given for 'receivemessage' method but server is not expecting a result.",
    ],
    ['sendmessagetoall', 'It succeeds.'],
    ['send to an unknown method', 'It succeeds.'],
  ])('failure on purpose: %s', async (name, text) => {
    const row = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text);
  });

  test('a message of 40 KB ends the connection, and the page says so', async () => {
    const own = await browser.newContext();
    const logged = watchProblems(own);
    const other = await own.newPage();
    await other.goto(lesson.url);
    await see(other.locator('#state')).toHaveText('Connected');
    await other.locator('#message').fill('x'.repeat(40_000));
    await other.locator('#message').press('Enter');
    await see(other.locator('#state')).toHaveText('Disconnected. Reload the page.');
    await see(other.locator('#sent')).toHaveText(
      'Server returned an error on close: Connection closed with an error.',
    );
    await other.reload();
    await see(other.locator('#state')).toHaveText('Connected');
    // The client's transport logs it, whatever the level of the hub's own log.
    expect(logged).toEqual([expect.stringContaining('Connection disconnected with error')]);
    await own.close();
  });

  test('everybody can use it: axe in light and dark, a phone without sideways scrolling, a sensible keyboard order', async () => {
    expect(await auditPage(page)).toEqual([]);
    const order = await tabOrder(page, 'Course');
    expect(order.slice(0, 4)).toEqual(['Course', 'Message', 'Send', 'unknown method']);
    expect(order.slice(16, 23)).toEqual([
      'Wire',
      'On',
      'Pause',
      'Clear',
      'Copy',
      'Filter the wire',
      expect.any(String),
    ]);
  });
});
