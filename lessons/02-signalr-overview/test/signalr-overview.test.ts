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
import { type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const echo = String.raw`Echo took [\d.]+ ms, its answer \d+ bytes\.`;

async function open(
  browser: Browser,
  lesson: RunningLesson,
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext();
  const problems = watchProblems(context);
  const page = await context.newPage();
  await page.goto(lesson.url);
  await see(outcome(page, 'automatic')).toContainText('Echo took');
  return { page, problems };
}
const row = (page: Page, name: string) =>
  page.locator('tr').filter({ has: page.getByRole('button', { name, exact: true }) });
const outcome = (page: Page, name: string) => row(page, name).locator('td').nth(1);
const press = (page: Page, name: string) => row(page, name).getByRole('button').press('Enter');

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 2 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('each transport connects, and says what it took; by keyboard', async () => {
    const { page, problems } = await open(browser, lesson);
    await see(outcome(page, 'automatic')).toHaveText(
      new RegExp(`^negotiate 200, websocket 101\\. ${echo}$`),
    );
    await press(page, 'WebSockets');
    await see(outcome(page, 'WebSockets')).toHaveText(
      new RegExp(`^negotiate 200, websocket 101\\. ${echo}$`),
    );
    await press(page, 'Server-Sent Events');
    await see(outcome(page, 'Server-Sent Events')).toHaveText(
      new RegExp(`^negotiate 200, event stream 200, send 200.*\\. ${echo}$`),
    );
    await press(page, 'Long Polling');
    await see(outcome(page, 'Long Polling')).toHaveText(
      new RegExp(`^negotiate 200, poll 200, .*send 200.*poll waits\\. ${echo}$`),
    );
    await see(page.locator('#state')).toHaveText(/^Connected, tick \d+$/);
    expect(problems).toEqual([]);
  });

  test('MessagePack: smaller, and refused by Server-Sent Events', async () => {
    const { page, problems } = await open(browser, lesson);
    await press(page, 'WebSockets');
    await see(outcome(page, 'WebSockets')).toContainText('its answer 47 bytes.');
    await page.getByLabel('MessagePack instead of JSON').check();
    await press(page, 'WebSockets');
    await see(outcome(page, 'WebSockets')).toContainText('its answer 13 bytes.');
    expect(problems).toEqual([]);
    await press(page, 'Server-Sent Events');
    await see(outcome(page, 'Server-Sent Events')).toContainText(
      "'ServerSentEvents' does not support Binary.",
    );
  });

  test('negotiation can be skipped with WebSockets alone', async () => {
    const { page } = await open(browser, lesson);
    await press(page, 'automatic, no negotiation');
    await see(outcome(page, 'automatic, no negotiation')).toHaveText(
      'Negotiation can only be skipped when using the WebSocket transport directly.',
    );
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test('by hand: negotiate, open, handshake, call', async () => {
    const { page, problems } = await open(browser, lesson);
    await press(page, '4 call Echo');
    await see(outcome(page, '4 call Echo')).toHaveText('Open the WebSocket first.');
    await press(page, '1 negotiate');
    await see(outcome(page, '1 negotiate')).toHaveText(
      /^\{"negotiateVersion":1,"connectionId":"[^"]+","connectionToken":"••••","availableTransports":\[.*WebSockets.*\]\}$/,
    );
    await press(page, '2 open the WebSocket');
    await see(outcome(page, '2 open the WebSocket')).toHaveText(
      'It is open. The handshake must come within 15 s.',
    );
    await press(page, '3 send the handshake');
    await see(outcome(page, '3 send the handshake')).toHaveText(
      '↑ {"protocol":"json","version":1} [1E] ↓ {} [1E]',
    );
    await press(page, '4 call Echo');
    await see(outcome(page, '4 call Echo')).toContainText(
      '↓ {"type":3,"invocationId":"1","result":"by hand"} [1E]',
    );
    expect(problems).toEqual([]);
  });

  test('on purpose: no id, a wrong id, a handshake without its end', async () => {
    const { page } = await open(browser, lesson);
    await press(page, 'handshake without 0x1E');
    await press(page, 'GET /echo');
    await see(outcome(page, 'GET /echo')).toHaveText('400 Connection ID required');
    await press(page, 'GET /echo?id=wrong');
    await see(outcome(page, 'GET /echo?id=wrong')).toHaveText('404 No Connection with that ID');
    await see(outcome(page, 'handshake without 0x1E')).toHaveText(
      /^After 15\.\d s: \{"error":"Handshake was canceled\."\} \[1E\] and close 1000\.$/,
    );
  });

  test('everybody can use it: axe in light and dark, a phone without sideways scrolling, a sensible keyboard order', async () => {
    const { page, problems } = await open(browser, lesson);
    expect(await auditPage(page)).toEqual([]);
    expect((await tabOrder(page, 'Course')).slice(1, 4)).toEqual([
      'MessagePack instead of JSON',
      'automatic',
      'WebSockets',
    ]);
    expect(problems).toEqual([]);
  });
});

describe.runIf(hasChromium())('lesson 2 with its switches', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const automatic = async (...args: string[]): Promise<{ text: string; problems: string[] }> => {
    const lesson = await startLesson(folder, { args });
    try {
      const { page, problems } = await open(browser, lesson);
      return { text: (await outcome(page, 'automatic').textContent()) ?? '', problems };
    } finally {
      expect(await lesson.stop()).toBe(0);
    }
  };

  test('failure on purpose: a proxy that blocks upgrades; automatic works all the same, by Server-Sent Events', async () => {
    const { text, problems } = await automatic('--block-upgrade');
    expect(text).toMatch(
      /^negotiate 200, websocket refused, negotiate 200, event stream 200, send 200/,
    );
    expect(problems.join()).toContain("Failed to start the transport 'WebSockets'");
  });

  test('without WebSockets automatic takes Server-Sent Events, with one negotiation', async () => {
    const { text, problems } = await automatic('--transports', 'sse,lp');
    expect(text).toMatch(/^negotiate 200, event stream 200, send 200/);
    expect(problems).toEqual([]);
  });
});
