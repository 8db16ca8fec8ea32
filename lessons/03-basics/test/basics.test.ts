import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { hasChromium, launchChromium, type RunningLesson, startLesson } from '@practical-signalr/lesson-kit/testing';
import { type Browser, type BrowserContext, expect as see, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

describe.runIf(hasChromium())('lesson 3 in Chromium', () => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const errors: string[] = [];

  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    opened.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    opened.on('pageerror', (error) => errors.push(error.message));
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    return opened;
  };

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder), launchChromium()]);
    context = await browser.newContext();
    page = await open();
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
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
    await see(page.locator('#announcer')).toHaveText('hello <b>both</b>');
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

  test.each([
    ['unknown method', "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist."],
    ['too few arguments', "Failed to invoke 'SendMessageToAll' due to an error on the server."],
    ['method throws', "An unexpected error occurred invoking 'Boom' on the server."],
    ['method throws HubError', "An unexpected error occurred invoking 'Told' on the server. HubException: told"],
    ['invoke before start', "Cannot send data if the connection is not in the 'Connected' State."],
    ['33 KB argument', 'Server returned an error on close: Connection closed with an error.'],
    [
      'no handler on the client',
      "The call succeeds. The client logs: No client method with the name 'nobodylistens' found.",
    ],
    [
      'handler returns a value',
      "The call succeeds. The client logs: Result given for 'receivemessage' method but server is not expecting a result.",
    ],
  ])('failure on purpose: %s', async (name, text) => {
    const row = page.locator('#failures tr').filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in %s, and a phone needs no sideways scrolling',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 390, height: 844 });
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  );

  test('the console stays free of errors', () => {
    expect(errors).toEqual([]);
  });
});
