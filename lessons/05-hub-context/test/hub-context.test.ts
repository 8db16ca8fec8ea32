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
describe.runIf(hasChromium()).each(modes)('lesson 5 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    return opened;
  };
  const messages = (page: Page): Locator => page.locator('#messages li > span:nth-of-type(1)');
  const step = (page: Page, number: number): Locator => page.locator('.walk > li').nth(number - 1);
  const announce = (body: string): Promise<Response> =>
    fetch(`${lesson.url}/announcement`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      redirect: 'manual',
    });

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
    await openLab(page, 'Lab 5: HubContext');
    const row = page.getByRole('row', { name: 'Use a hub after its call' });
    await row.getByRole('button', { name: 'Use a hub after its call' }).click();
    await see(row.locator('.badge')).toHaveText('As expected');
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('the walkthrough: the form of another tab, the two lines, and the chat of lesson 4', async () => {
    const [a, b] = [await open(), await open()];
    const opened = context.waitForEvent('page');
    await a.getByRole('link', { name: 'the form' }).press('Enter');
    const form = await opened;
    await form.getByRole('button', { name: 'Announce' }).press('Enter'); // nothing is written yet
    await form.getByLabel('Message').focus();
    await form.keyboard.type('<b>fire</b> drill');
    await form.keyboard.press('Tab');
    await form.keyboard.press('Enter');
    await see(messages(a)).toHaveText(['<b>fire</b> drill']);
    await see(messages(b)).toHaveText(['<b>fire</b> drill']);
    await see(step(a, 1)).toHaveClass(/done/);
    await see(form).toHaveURL(`${lesson.url}/announcement`);
    await see(form.getByLabel('Message')).toHaveValue('');
    await see(a.locator('.excerpt pre')).toHaveText([
      "const messages = signalr.mapHub('/messages', MessageHub, { methods });",
      "await messages.clients.all.send('ReceiveMessage', message);",
    ]);
    await a.getByRole('button', { name: 'Continue' }).click();
    await see(step(a, 3)).toHaveAttribute('aria-current', 'step');
    await a.locator('#message').fill('from the chat');
    await a.locator('#message').press('Enter');
    await see(messages(b)).toHaveText(['<b>fire</b> drill', 'from the chat']);
    await see(a.locator('.progress')).toHaveText('3 of 3 steps done');
    expect(problems).toEqual([]);
  });

  test('a post without a browser is answered with 302 to the form, and arrives', async () => {
    const page = await open();
    const response = await announce('message=hello');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/announcement']);
    expect((await announce('')).status).toBe(302); // an empty message, as in the course
    await see(messages(page)).toHaveText(['hello', '']);
  });

  test('the lab: failures, experiments, and those of lessons 3 and 4', async () => {
    const chat = await open();
    const lab = await context.newPage();
    await lab.goto(`${lesson.url}/lab/`);
    const played = [
      ...(await playOutcomes(lab, '#failures')),
      ...(await playOutcomes(lab, '#experiments')),
    ];
    expect(played.map(({ action, badge, result, cure }) => [action, badge, result, cure])).toEqual([
      [
        'Use a hub after its call',
        'As expected',
        expect.stringMatching(
          /^Cannot access a disposed object\. Object name: 'FailingHub'\. .*use the hub context that mapHub returned\.$/,
        ),
        'sent',
      ],
      ['Announce without a login', 'As expected', 'The announcement is sent.', undefined],
      ['Send to one group from a router', 'As expected', 'Messages that arrive: 1.', undefined],
      [
        'Send to one connection from a router',
        'As expected',
        'Messages that arrive: 1.',
        undefined,
      ],
    ]);
    await see(messages(chat)).toHaveText(['from the lab']);
    const asExpected = 'As expected';
    expect(await playEarlierLabs(lab, [4, 3])).toEqual([
      {
        summary: 'Lesson 4: Server hubs 4 failures, 6 experiments',
        isFolded: true,
        badges: [asExpected, asExpected, asExpected],
      },
      {
        summary: 'Lesson 3: Basics 11 failures, 2 experiments',
        isFolded: true,
        badges: [asExpected],
      },
    ]);
    await see(messages(chat)).toHaveCount(1);
    expect(await auditPage(lab)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('what lesson 4 teaches is still there: with ?stateful, a drop changes neither the id nor the group', async () => {
    const { idBefore, idAfter, messages } = await playStatefulReconnect(
      await context.newPage(),
      lesson.url,
    );
    expect([idAfter, messages]).toEqual([idBefore, ['after the drop']]);
  });

  test('500 announcements at once, long and with script, into an open page: it stays usable and shows them as text', async () => {
    const page = await open();
    const script = encodeURIComponent(
      '<script>document.title = "taken"</script>' + 'x'.repeat(1000),
    );
    await Promise.all(Array.from({ length: 500 }, (_, i) => announce(`message=${i}${script}`)));
    await page.locator('#target').selectOption('Myself');
    await page.locator('#message').fill('still usable');
    await page.locator('#message').press('Enter');
    await see(messages(page).last()).toHaveText('still usable');
    await see(messages(page)).toHaveCount(100); // the page keeps the newest
    await see(page).toHaveTitle('Lesson 5: HubContext');
    expect(problems).toEqual([]);
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('groups, users and messages can have 1,000 characters', async () => {
    expect(await playLongNames(lesson.url)).toBe('n'.repeat(1000));
  });

  test('the page and the form are accessible, and long values fit in every locale', async () => {
    const page = await open();
    await announce('message=hello');
    await see(messages(page)).toHaveText(['hello']);
    expect(await auditPage(page)).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 5)).toEqual([
      'the form',
      'Continue',
      'Send to',
      'Message',
    ]);
    expect(
      await layoutFaults(page, {
        '#state': 'Connected again, with a new id',
        '#sent': "Cannot send data if the connection is not in the 'Connected' State.",
        '#messages li > span': 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2),
      }),
    ).toEqual([]);
    await page.goto(`${lesson.url}/announcement`);
    expect(await auditPage(page, { looks: 'all' })).toEqual([]);
    expect(await tabOrder(page)).toEqual(['Message', 'Announce']);
    expect(problems).toEqual([]);
  });
});
