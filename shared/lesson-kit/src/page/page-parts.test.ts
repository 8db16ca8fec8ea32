import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { expect as see } from '@playwright/test';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { styleSheet } from '../serve/style-sheet.ts';
import { auditPage } from '../testing/audit-page.ts';
import { hasChromium, launchChromium } from '../testing/chromium.ts';
import type * as Kit from './index.ts';

declare global {
  // oxlint-disable-next-line no-var
  var kit: typeof Kit;
}

const entry = fileURLToPath(new URL('index.ts', import.meta.url));

/** Returns the kit's page parts as one script that sets `window.kit`. */
async function bundle(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'silent',
    define: { LESSON_TITLES: '{}' },
    resolve: { conditions: ['@practical-signalr/source', 'module', 'browser'] },
    build: { write: false, minify: false, lib: { entry, name: 'kit', formats: ['iife'] } },
  })) as unknown as { output: { code: string }[] }[];
  return built[0]!.output[0]!.code;
}

const html = `<!doctype html><html lang="en"><head><title>Parts</title><style>${styleSheet()}</style></head><body>
<header class="bar"><h1>Parts</h1><span class="badge warn" id="state" role="status">Connecting</span></header>
<main class="page guided"><div class="stack">
<section class="card walkthrough"><header><p class="goal">Why?</p><small class="progress"></small></header>
<ol class="walk">
<li id="connect"><h2>Connect</h2><p class="todo">You will see 101.</p><p class="result">101.</p><button>Connect</button></li>
<li id="read"><h2>Read why</h2><p>Because.</p></li>
<li id="watch" data-observed><h2>Watch</h2><p class="todo">A message.</p></li></ol></section>
<section class="card"><h2>Chat</h2><form id="form" class="row"><textarea aria-label="Message"></textarea><button>Send</button></form>
<button id="join">Join</button> <span class="badge" id="sent" role="status">Nothing sent</span></section>
<section class="card"><h2>What goes wrong</h2><table id="failures"></table></section>
</div></main></body></html>`;

describe.skipIf(!hasChromium())('page parts in Chromium', () => {
  let browser: Browser;
  let script: string;
  let page: Page;
  beforeAll(async () => {
    [browser, script] = await Promise.all([launchChromium(), bundle()]);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await browser.newPage();
    await page.setContent(html);
    // The page is not a secure context, so it has no `randomUUID`.
    const globals = "window.kit = kit; crypto.randomUUID = () => '0-0-0-0-0';";
    await page.addScriptTag({ content: `${script};${globals}` });
  });
  afterEach(() => page.close());

  test('a walkthrough has one current step, and ends when all are done, in any order', async () => {
    await page.evaluate(() => {
      const walk = new kit.Walkthrough('.walk');
      let attempts = 0;
      walk.onAction('connect', async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('401. Try again.');
      });
      document.addEventListener('observed', () => walk.complete('watch'));
    });
    const current = page.locator('[aria-current=step]');
    const step = (id: string) => page.locator(`#${id}`);
    await see(current).toHaveAttribute('id', 'connect');
    await see(page.locator('.primary')).toHaveText('Connect');
    await see(page.locator('.progress')).toHaveText('0 of 3 steps done');
    await step('connect').getByRole('button').click();
    await see(step('connect').locator('.badge.bad')).toHaveText('401. Try again.');
    await see(current).toHaveAttribute('id', 'connect');
    await page.evaluate(() => document.dispatchEvent(new Event('observed')));
    await see(step('watch')).toHaveClass(/done/);
    await see(current).toHaveAttribute('id', 'connect');
    expect(await auditPage(page)).toEqual([]);
    await step('connect').getByRole('button').click();
    await see(step('connect').getByRole('button')).toHaveText('Connect again');
    await see(step('connect').locator('.todo')).toBeHidden();
    await see(step('connect').locator('.result')).toBeVisible();
    await see(step('connect').locator('.failure')).toBeHidden();
    await see(current).toHaveAttribute('id', 'read');
    await page.getByRole('button', { name: 'Continue' }).click();
    await see(current).toHaveCount(0);
    await see(page.locator('.progress')).toHaveText('3 of 3 steps done');
    await see(page.locator('[aria-live].visually-hidden')).toHaveText('Step 2 is done. 3 of 3.');
  });

  test('on a phone, only the current step is open, and the others unfold', async () => {
    await page.evaluate(() => new kit.Walkthrough('.walk'));
    const unfold = page.getByRole('button', { name: 'Details of step 2' });
    const because = page.getByText('Because.');
    await see(because).toBeVisible();
    await see(unfold).toBeHidden();
    await page.setViewportSize({ width: 390, height: 844 });
    await see(page.getByRole('button', { name: 'Connect' })).toBeVisible();
    await see(because).toBeHidden();
    await unfold.press('Enter');
    await see(because).toBeVisible();
    await see(unfold).toHaveAttribute('aria-expanded', 'true');
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await see(page.getByRole('heading', { name: 'Read why' })).toBeVisible();
    await unfold.press('Enter');
    await see(because).toBeHidden();
  });

  test('an explained outcome table compares the real result with the expected one', async () => {
    await page.evaluate(() => {
      const outcome = { expected: '`401`', why: 'No token.', cure: 'Send one.' };
      kit.explainOutcomes('#failures', [
        {
          heading: 'No token',
          outcomes: [
            {
              ...outcome,
              action: 'Connect without a token',
              attempt: () => Promise.reject(new Error('Status 401')),
              tryCure: async () => 'Status 200',
            },
            { ...outcome, action: 'Connect with a token', attempt: async () => 'Status 200' },
          ],
        },
      ]);
    });
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    const expected = row('without a token');
    await see(expected).toContainText('Expected: 401');
    await see(expected.locator('code')).toHaveText('401');
    await expected.getByRole('button', { name: 'Connect' }).click();
    await see(expected.locator('.badge.good')).toHaveText('As expected');
    await see(expected).toContainText('Status 401');
    await expected.getByRole('button', { name: 'Try the cure' }).click();
    await see(expected.locator('td').last()).toContainText('Status 200');
    const different = row('with a token');
    await different.getByRole('button').click();
    await see(different.locator('.badge.bad')).toHaveText('Different');
    await see(different).toContainText('Expected: 401');
    expect(await auditPage(page)).toEqual([]);
  });

  test('a double click sends once, a blank message is not sent, and errors are shown', async () => {
    await page.evaluate(() => {
      const sent: string[] = [];
      Object.assign(window, { sent });
      kit.onSend('#form', async (message) => {
        sent.push(message);
        await new Promise((resolve) => document.addEventListener('finish', resolve));
      });
      kit.onPress('#join', () => Promise.reject(new TypeError('Failed to fetch')), '#sent');
    });
    const sent = () => page.evaluate(() => (window as unknown as { sent: string[] }).sent);
    const send = page.getByRole('button', { name: 'Send' });
    await page.getByRole('textbox').fill('  ');
    await send.click();
    await see(page.locator('#sent')).toHaveText('Write a message first.');
    await page.getByRole('textbox').fill('hello');
    await send.dblclick();
    expect(await sent()).toEqual(['hello']);
    await page.evaluate(() => document.dispatchEvent(new Event('finish')));
    await see(page.locator('#sent')).toHaveText('The hub method has finished.');
    await see(page.getByRole('textbox')).toHaveValue('');
    await page.getByRole('button', { name: 'Join' }).click();
    await see(page.locator('#sent')).toContainText('The server does not respond.');
  });

  test('a step that expects a refusal is not done if the server does not respond', async () => {
    await page.evaluate(() => {
      const refused = {
        baseUrl: 'http://127.0.0.1:1/',
        start: () => Promise.reject(new Error('no proxy')),
        stop: () => Promise.resolve(),
      };
      const walk = new kit.Walkthrough('.walk');
      walk.onAction('connect', (requests) => kit.observeRefusal(refused, requests));
      window.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
      document.addEventListener('respond', ({ detail: status }: CustomEventInit) => {
        const request = { number: 1, method: 'GET', kind: 'websocket', status, tokenIn: 'query' };
        window.fetch = async () => Response.json([request]);
      });
    });
    const step = page.locator('#connect');
    const answer = (status: number) =>
      page.evaluate(
        (detail) => document.dispatchEvent(new CustomEvent('respond', { detail })),
        status,
      );
    await step.getByRole('button').click();
    await see(step.locator('.failure')).toContainText('The server does not respond.');
    await answer(404);
    await step.getByRole('button').click();
    await see(step.locator('.failure')).toHaveText('no proxy');
    await see(page.locator('.progress')).toHaveText('0 of 3 steps done');
    await answer(401);
    await step.getByRole('button').click();
    await see(page.locator('.progress')).toHaveText('1 of 3 steps done');
  });

  test('the result of a connection is shown although the server does not respond', async () => {
    const result = await page.evaluate(() => {
      window.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
      const connection = {
        baseUrl: 'http://127.0.0.1:1/',
        start: () => Promise.reject(new Error('The server is gone.')),
        invoke: () => Promise.resolve(null),
      };
      return kit.startAndShowResult(connection, document.querySelector('#form')!);
    });
    expect(result).toEqual(['bad', 'Not connected']);
    await see(page.locator('#form')).toContainText('The server is gone.');
  });

  test('a page that has lost its instance connects again when the server responds', async () => {
    await page.evaluate(async () => {
      const drawing = { servers: [], balancer: 'sticky', takesTurns: false };
      const backplane = { name: 'Redis', note: '', state: 'joined' };
      const panel = { drawing: { ...drawing, backplane } };
      window.fetch = async (input) => Response.json(input === '/control-panel' ? panel : []);
      document
        .querySelector('.walk')!
        .insertAdjacentHTML('beforebegin', '<svg id="picture"></svg>');
      let starts = 0;
      const connection = {
        baseUrl: 'http://127.0.0.1:1/',
        state: 'Disconnected',
        async start() {
          starts += 1;
          connection.state = 'Connected';
        },
        stop: () => Promise.resolve(),
        invoke: async () => `start ${starts}`,
        on: () => undefined,
      };
      await kit.connectAndShowInstances(connection, { complete: () => undefined });
      document.addEventListener('lose', () => (connection.state = 'Disconnected'));
    });
    await see(page.locator('#state')).toHaveText('Connected · start 1');
    await page.evaluate(() => document.dispatchEvent(new Event('lose')));
    await see(page.locator('#state')).toHaveText('Connected · start 2');
  });
});
