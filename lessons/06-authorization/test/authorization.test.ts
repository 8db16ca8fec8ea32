import { fileURLToPath } from 'node:url';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  openLab,
  layoutFaults,
  playLongNames,
  playStatefulReconnect,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** What Chromium logs about refused requests, even if the page catches their errors. */
const intended =
  /status of 40[13] |^WebSocket connection to '\S+' failed: (HTTP Authentication failed|Error during WebSocket handshake: Unexpected response code: 401)/;
/** What the client logs about them. */
const clientErrors = /Failed to start the (transport|connection)/;

const modes = [
  ['production', true],
  ['development', false],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 6 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];
  const step = (number: number) => page.locator('.walk > li').nth(number - 1);
  const requests = (number: number) => step(number).locator('.requests li');
  const connect = (number: number) => step(number).getByRole('button').click();

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
    context = await browser.newContext();
    problems = watchProblems(context);
    page = await context.newPage();
    await page.goto(lesson.url);
    await see(page.locator('#state')).toHaveText('Not connected');
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the lab opens from the page', async () => {
    const lab = await context.newPage();
    await lab.goto(lesson.url);
    await openLab(lab, 'Lab 6: Authorization');
    await lab.getByText('Choose one connection yourself').click();
    await lab.getByLabel('Hub').selectOption('fixed');
    await lab.getByRole('button', { name: 'Connect', exact: true }).click();
    await see(lab.locator('#result')).toContainText('user alice');
    await see(lab.locator('#received')).toHaveText('Received: a message to myself');
    await lab.close();
    problems.length = 0;
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('the ten-minute test: the page answers the five questions in its steps', async () => {
    const answers = [
      [1, /rejects/], // The 401 occurs although the token is valid.
      [2, /not on a WebSocket.*query string.*reads only the header.*401\. In Node/],
      [3, /takes the token from the URL.*The cost: URLs end up in logs/],
      [5, /Long Polling succeeds, because it uses fetch and sends the header/],
    ] as const;
    for (const [number, answer] of answers) {
      const text = await step(number).innerText();
      expect(text.replace(/\s+/g, ' ')).toMatch(answer);
    }
    expect(problems).toEqual([]);
  });

  test('step 1: the broken server answers 401, and the token was in the query', async () => {
    await see(step(1)).toHaveAttribute('aria-current', 'step');
    await connect(1);
    await see(step(1)).toHaveClass(/done/);
    await see(requests(1)).toHaveText([
      /200\s*POST negotiate\s*token in header/,
      /401\s*GET websocket\s*token in query/,
    ]);
    await see(requests(1).nth(1)).toHaveClass('refused');
  });

  test('steps 2 and 3: why, and the six lines of the files themselves', async () => {
    await see(step(2).getByRole('img')).toHaveAccessibleName(/no header is possible/);
    await step(2).getByRole('button', { name: 'Continue' }).click();
    await see(step(3).locator('.add')).toHaveCount(6);
    await see(step(3).locator('.del')).toHaveCount(0);
    await see(step(3)).toContainText('onMessageReceived');
    await step(3).getByRole('button', { name: 'Continue' }).click();
  });

  test('step 4: the fixed server sees alice over WebSockets, and the chat starts', async () => {
    await see(page.locator('.waits')).toHaveText(
      'Not connected yet. This card starts with step 4.',
    );
    await see(page.locator('[data-after]')).toHaveAttribute('inert', '');
    await connect(4);
    await see(page.locator('#state')).toHaveText('Connected · WebSockets · alice');
    await see(requests(4)).toHaveText([/200\s*POST negotiate/, /101\s*GET websocket\s*.*query/]);
    await see(page.locator('.waits')).toBeHidden();
    await page.locator('#message').fill('hello');
    await page.locator('#message').press('Enter');
    await see(page.locator('#messages li > span')).toHaveText(['hello']);
    // A new connection replaces the old one, which is in no group any more.
    const own = page.locator('#target option').filter({ hasText: '(this page)' });
    const id = await own.getAttribute('value');
    await page.getByRole('button', { name: 'Join Private Group' }).click();
    await see(page.locator('#joined')).toHaveText(`${id} is in the Private Group`);
    await see(step(4).getByRole('button')).toHaveText('Connect again');
    await connect(4);
    await see(own).not.toHaveAttribute('value', id!);
    await see(page.locator('#state')).toHaveText('Connected · WebSockets · alice');
    await see(page.locator('#joined')).toHaveText('In no group: each new connection has to join');
  });

  test('step 5: Automatic on the broken server ends with Long Polling', async () => {
    await connect(5);
    await see(page.locator('.progress')).toHaveText('5 of 5 steps done');
    await see(requests(5)).toHaveText([
      /200\s*POST negotiate\s*token in header/,
      /401\s*GET websocket\s*token in query/,
      /200\s*POST negotiate\s*token in header/,
      /401\s*GET event stream\s*token in query/,
      /200\s*POST negotiate\s*token in header/,
      /200\s*GET poll\s*token in header/,
    ]);
    const others = problems.splice(0).filter((text) => !intended.test(text));
    expect(others.filter((text) => !clientErrors.test(text))).toEqual([]);
    // With the results of all steps, the walkthrough is still on the first screen.
    await page.setViewportSize({ width: 1280, height: 800 });
    const height = await page.evaluate(() => {
      window.scrollTo(0, 0);
      return document.querySelector('.walkthrough')!.getBoundingClientRect().bottom;
    });
    expect(height).toBeLessThan(800);
  });

  test('what lesson 4 teaches is still there: with ?stateful, a drop changes neither the id nor the group', async () => {
    const other = await context.newPage();
    const { idBefore, idAfter, messages } = await playStatefulReconnect(other, lesson.url, () =>
      other.locator('#fixed').getByRole('button', { name: 'Connect' }).press('Enter'),
    );
    expect([idAfter, messages]).toEqual([idBefore, ['after the drop']]);
    await other.close();
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('groups, users and messages can have 1,000 characters', async () => {
    const token = await (await fetch(`${lesson.url}/token`)).text();
    expect(await playLongNames(lesson.url, token)).toBe('n'.repeat(1000));
  });

  test('the page is accessible, and long values fit in every locale', async () => {
    expect(await auditPage(page, { looks: 'all' })).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 6)).toEqual([
      'Connect again',
      'The lab avoids that.',
      'Connect again',
      'Connect again',
      'Send to',
    ]);
    expect(
      await layoutFaults(page, {
        '#state': 'Connected · Server-Sent Events · alice',
        '.requests .where': 'token in the query string',
        '.walk .pair p': 'A browser can set headers on fetch but not on a WebSocket. '.repeat(4),
        '#messages li > span': 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(2),
      }),
    ).toEqual([]);
  });
});
