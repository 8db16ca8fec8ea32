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
  const messages = (page: Page) => page.locator('#messages li > span:nth-of-type(1)');
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

  test('an announcement by keyboard, in the form of another tab, arrives in every tab, as text', async () => {
    const [a, b] = [await open(), await open()];
    const opened = context.waitForEvent('page');
    await a.getByRole('link', { name: 'Open the announcement form' }).press('Enter');
    const form = await opened;
    await form.getByLabel('Message').focus();
    await form.keyboard.type('<b>fire</b> drill');
    await form.keyboard.press('Tab');
    await form.keyboard.press('Enter');
    await see(messages(a)).toHaveText(['<b>fire</b> drill']);
    await see(messages(b)).toHaveText(['<b>fire</b> drill']);
    await see(form).toHaveURL(`${lesson.url}/announcement`);
    await see(form.getByLabel('Message')).toHaveValue('');
    expect(problems).toEqual([]);
  });

  test('posted without a browser it answers 302 to the form, and arrives', async () => {
    const page = await open();
    const response = await announce('message=hello');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/announcement']);
    expect((await announce('')).status).toBe(302); // an empty text, as in the course
    await see(messages(page)).toHaveText(['hello', '']);
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test('failure on purpose: a hub kept after its call names its class and the way out', async () => {
    const page = await open();
    const row = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name: 'announce by a kept hub' }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(
      "Cannot access a disposed object. Object name: 'FailingHub'. A hub exists for one call only. To send later or from " +
        'other code, use the hub context that mapHub returned.',
    );
    expect(problems).toEqual([]);
  });

  test('failure on purpose: nobody guards the form; another site may post it', async () => {
    const page = await open();
    const response = await fetch(`${lesson.url}/announcement`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'http://another.example',
      },
      body: 'message=from+anywhere',
      redirect: 'manual',
    });
    expect(response.status).toBe(302);
    await see(messages(page)).toHaveText(['from anywhere']);
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

  test('the chat of lesson 4 still works', async () => {
    const page = await open();
    await page.locator('#target').selectOption('Myself');
    await page.locator('#message').fill('to myself');
    await page.locator('#message').press('Enter');
    await see(messages(page)).toHaveText(['to myself']);
    expect(problems).toEqual([]);
  });

  test('everybody can use it: axe in light and dark, a phone without sideways scrolling, a sensible keyboard order', async () => {
    const page = await open();
    expect(await auditPage(page)).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 5)).toEqual([
      'Open the announcement form',
      'Send to',
      'Message',
      'Send',
    ]);
    await page.goto(`${lesson.url}/announcement`);
    expect(await auditPage(page)).toEqual([]);
    expect(await tabOrder(page)).toEqual(['Message', 'Announce']);
    expect(problems).toEqual([]);
  });
});
