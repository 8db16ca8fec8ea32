import { fileURLToPath } from 'node:url';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  openLab,
  layoutFaults,
  playOutcomes,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

const modes = [
  ['production', true],
  ['development', false],
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

  test('the lab opens from the page', async () => {
    const lab = await context.newPage();
    await lab.goto(lesson.url);
    await openLab(lab, 'Lab 3: Basics');
    const row = lab.getByRole('row', { name: 'Call an unknown method' });
    await row.getByRole('button', { name: 'Call an unknown method' }).click();
    await see(row.locator('.badge')).toHaveText('As expected');
    await lab.close();
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('the walkthrough ticks each step when it happens, by keyboard alone', async () => {
    const steps = page.locator('.walk > li');
    await see(page).toHaveTitle('Lesson 3: Basics');
    await see(steps.nth(0)).toHaveClass(/done/);
    await page.locator('#message').focus();
    await page.keyboard.type('hello <b>both</b>');
    await page.keyboard.press('Enter');
    await see(steps.nth(1)).toHaveClass(/done/);
    await see(page.locator('#message')).toBeFocused();
    await see(steps.nth(2)).toHaveAttribute('aria-current', 'step'); // The own message is not enough.

    const other = await open();
    await other.locator('#message').fill('from the other tab');
    await other.locator('#message').press('Enter');
    await see(steps.nth(2)).toHaveClass(/done/);
    await see(page.locator('#messages li > span')).toHaveText([
      'hello <b>both</b>',
      'from the other tab',
    ]);
    await see(other.locator('.walk > li').nth(2)).not.toHaveClass(/done/);
    await other.close();

    await steps.nth(3).getByRole('button', { name: 'Continue' }).press('Enter');
    await see(page.locator('.progress')).toHaveText('4 of 4 steps done');
  });

  test('the page shows three lines of the source files, and links to everything around', async () => {
    await see(page.locator('.excerpt pre')).toHaveText([
      "await connection.invoke('SendMessageToAll', message);",
      "await this.clients.all.send('ReceiveMessage', message);",
      "connection.on('ReceiveMessage', (message) => showMessage(message));",
    ]);
    for (const name of ['README', 'Diff', 'Slides', 'Lab']) {
      await see(page.locator('.bar').getByRole('link', { name })).toBeVisible();
    }
  });

  test('a double click sends once, and blank messages are not sent', async () => {
    await page.locator('#message').fill('   ');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await see(page.locator('#sent')).toHaveText('Write a message first.');
    await page.locator('#message').fill('twice?');
    await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
    await see(page.locator('#sent')).toHaveText(/The hub method has finished|Write a message/);
    await see(page.locator('#messages li').filter({ hasText: 'twice?' })).toHaveCount(1);
  });

  test('the wire panel shows negotiate, handshake, call and completion, and no token', async () => {
    const wire = page.locator('wire-panel');
    for (const text of ['POST negotiate', 'handshake ok', 'invocation 0', 'completion 0']) {
      await see(wire).toContainText(text);
    }
    expect(await wire.textContent()).toContain('"connectionToken":"••••');
    expect(await wire.textContent()).toMatch(/\?id=••••/);
  });

  test('the lab shows every failure with the message that it explains, and its cure', async () => {
    const lab = await context.newPage();
    await lab.goto(`${lesson.url}/lab/`);
    const good = 'The call succeeds.';
    const argumentError = "Failed to invoke 'sendMessageToAll' due to an error on the server.";
    const hubError =
      "An unexpected error occurred invoking 'throwHubError' on the server. HubException: The room is full.";
    const noLog = 'The call succeeds. Client log: empty';
    const played = await playOutcomes(lab, '#failures');
    expect(played.map(({ action, badge, result, cure }) => [action, badge, result, cure])).toEqual([
      [
        'Call an unknown method',
        'As expected',
        "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist.",
        good,
      ],
      ['Pass too few arguments', 'As expected', argumentError, good],
      ['Pass too many arguments', 'As expected', argumentError, good],
      ['Pass a number instead of a string', 'As expected', argumentError, good],
      [
        'Invoke before start',
        'As expected',
        "Cannot send data if the connection is not in the 'Connected' State.",
        good,
      ],
      [
        'Send an argument of 33 KB',
        'As expected',
        'Server returned an error on close: Connection closed with an error.',
        good,
      ],
      [
        'Throw an Error',
        'As expected',
        "An unexpected error occurred invoking 'boom' on the server.",
        hubError,
      ],
      ['Throw a HubError', 'As expected', hubError, undefined],
      [
        'Have no handler',
        'As expected',
        "The call succeeds. Client log: No client method with the name 'nobodylistens' found.",
        noLog,
      ],
      [
        'Register a handler too late',
        'As expected',
        "The call succeeds. Client log: No client method with the name 'receivemessage' found.",
        noLog,
      ],
      [
        'Return a value from a handler',
        'As expected',
        "The call succeeds. Client log: Result given for 'receivemessage' method but server is not expecting a result.",
        noLog,
      ],
    ]);
    const experiments = await playOutcomes(lab, '#experiments');
    expect(experiments.map(({ badge, result }) => [badge, result])).toEqual([
      ['As expected', good],
      ['As expected', 'send resolves.'],
    ]);
    expect(await auditPage(lab)).toEqual([]);
    await lab.close();
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
    // The client's transport logs it, whatever the level of the hub's own log.
    expect(logged).toEqual([expect.stringContaining('Connection disconnected with error')]);
    await own.close();
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('the page is accessible, and long values fit in every locale', async () => {
    expect(await auditPage(page)).toEqual([]);
    const order = await tabOrder(page, 'Course');
    expect(order.slice(0, 3)).toEqual(['Course', 'Message', 'Send']);
    const time = (locale: string): string =>
      new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date());
    expect(
      await layoutFaults(page, {
        '#state': 'Disconnected. Reload the page.',
        '#sent': 'Server returned an error on close: Connection closed with an error.',
        '#messages li > span': 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2),
        '#messages time': time,
      }),
    ).toEqual([]);
  });
});
