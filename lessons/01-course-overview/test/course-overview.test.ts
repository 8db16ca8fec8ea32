import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
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
describe.runIf(hasChromium()).each(modes)('lesson 1 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  const open = async (path = ''): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url + path);
    await see(opened.locator('#state')).toHaveText('Connected');
    await see(opened.locator('#polling')).toContainText('requests');
    return opened;
  };
  /** Something that answers where one of the later lessons would; the number of that lesson. */
  const standIn = async (): Promise<{ server: Server; number: number }> => {
    for (let number = 8; ; number--) {
      const server = createServer().listen(lesson.port + number - 1, '127.0.0.1');
      const inUse = await once(server, 'listening').then(
        () => false,
        () => true,
      );
      if (!inUse) return { server, number };
      if (number === 2) throw new Error('Seven ports in a row are in use.');
    }
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

  test('a lesson starts: both halves learn of it, the pushed one without asking', async () => {
    const page = await open();
    await see(page.locator('#lessons tr')).toHaveCount(8);
    await see(page.locator('#pushed-1')).toContainText('runs');
    const { server, number } = await standIn();
    const [pushed, polled] = [page.locator(`#pushed-${number}`), page.locator(`#polled-${number}`)];
    try {
      await see(pushed).toContainText('runs since');
      await see(polled).toContainText('runs since');
    } finally {
      server.close();
    }
    await see(pushed).toContainText('off since');
    await see(polled).toContainText('off since');
    expect(problems).toEqual([]);
  });

  test('nothing changes: polling goes on asking, the other half hears nothing; by keyboard, ten times a second', async () => {
    const page = await open();
    const pushed = await page.locator('#pushing').textContent();
    await page.locator('#pause').focus();
    await page.keyboard.press('ArrowDown');
    await see(page.locator('#polling')).toHaveText(/^(\d{2,}) requests, \d{4,} bytes$/);
    await see(page.locator('#asked')).toHaveText(
      /^The server has answered \d+ requests of all pages\.$/,
    );
    await see(page.locator('#pushing')).toHaveText(pushed!);
    expect(problems).toEqual([]);
  });

  test('a second page: the viewers count moves in both at once, and back', async () => {
    const page = await open();
    await see(page.locator('#viewers')).toHaveText('Pages that look on: 1.');
    const other = await open();
    await see(page.locator('#viewers')).toHaveText('Pages that look on: 2.');
    await see(other.locator('#viewers')).toHaveText('Pages that look on: 2.');
    await other.close();
    await see(page.locator('#viewers')).toHaveText('Pages that look on: 1.');
  });

  if (production) {
    // In development Vite reloads the page as soon as the server is back, and with it everything heals.
    test('failure on purpose: the server stops; polling heals by itself, SignalR does not', async () => {
      const page = await open();
      const { port } = lesson;
      expect(await lesson.stop()).toBe(0);
      await see(page.locator('#polling')).toHaveText('No answer. Asking again.');
      await see(page.locator('#state')).toHaveText(
        'Disconnected, and nobody asked for a reconnect.',
      );
      lesson = await startLesson(folder, { production, port });
      await see(page.locator('#polling')).toContainText('requests');
      await see(page.locator('#state')).toHaveText(
        'Disconnected, and nobody asked for a reconnect.',
      );
    });
    return; // the page's code is the same: what a build may break is seen by now
  }

  test('failure on purpose: a broken connection stays broken, polling does not notice', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Break the connection' }).press('Enter');
    await see(page.locator('#state')).toHaveText('Disconnected, and nobody asked for a reconnect.');
    const asked = await page.locator('#polling').textContent();
    await see(page.locator('#polling')).not.toHaveText(asked!);
    await see(page.locator('#polling')).toContainText('requests');
    await see(page.locator('#state')).toHaveText('Disconnected, and nobody asked for a reconnect.');
    expect(problems).toEqual([expect.stringContaining('WebSocket closed with status code: 1006')]);
  });

  test('the cure: with automatic reconnect it comes back', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Reload with reconnect' }).click();
    await see(page.locator('#state')).toHaveText('Connected');
    await page.getByRole('button', { name: 'Break the connection' }).press('Enter');
    await see(page.locator('#state')).toHaveText('Connected again');
    await see(page.locator('#viewers')).toHaveText('Pages that look on: 1.');
  });

  test('everybody can use it: axe in light and dark, a phone without sideways scrolling, a sensible keyboard order', async () => {
    const page = await open();
    expect(await auditPage(page)).toEqual([]);
    const names = ['Break the connection', 'Reload with reconnect'];
    expect((await tabOrder(page, 'Course')).slice(2, 4)).toEqual(names);
    expect(problems).toEqual([]);
  });
});
