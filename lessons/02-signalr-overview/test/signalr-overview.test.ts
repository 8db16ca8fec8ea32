import { fileURLToPath } from 'node:url';
import {
  auditPage,
  checkFirstScreen,
  hasChromium,
  launchChromium,
  layoutFaults,
  playOutcomes,
  type RunningLesson,
  see,
  startLesson,
  tabOrder,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type Locator, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Presses the button of a step, and waits until the step is done. */
async function connect(page: Page, name: string): Promise<Locator> {
  await page.locator(`#${name}`).getByRole('button').press('Enter');
  await see(page.locator(`#${name}`)).toHaveClass(/done/);
  return page
    .locator('#connections article')
    .filter({ has: page.getByText(name, { exact: true }) });
}

async function openPage(
  browser: Browser,
  url: string,
): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const problems = watchProblems(context);
  const page = await context.newPage();
  await page.goto(url);
  return { page, problems };
}

const modes = [
  ['production', true],
  ['development', false],
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

  test('the page connects, and the lab opens', async () => {
    const { page, problems } = await openPage(browser, lesson.url);
    await see((await connect(page, 'WebSockets')).locator('.badge')).toHaveText('Connected');
    await page.goto(`${lesson.url}/lab/`);
    await see(page.getByRole('button', { name: '1. Negotiate' })).toBeVisible();
    expect(problems).toEqual([]);
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('each transport connects in its column, and the walkthrough is done', async () => {
    const { page, problems } = await openPage(browser, lesson.url);
    const webSockets = await connect(page, 'WebSockets');
    await see(webSockets.locator('li')).toHaveText(['200POST negotiate', '101GET websocket']);
    const events = await connect(page, 'ServerSentEvents');
    await see(events.locator('li').nth(1)).toHaveText('200GET event stream');
    await see(events).toContainText('POST send');
    const polling = await connect(page, 'LongPolling');
    await see(polling).toContainText(/200GET poll × \d+/);
    const automatic = await connect(page, 'Automatic');
    await see(automatic.locator('li')).toHaveText(['200POST negotiate', '101GET websocket']);
    for (const column of [webSockets, events, polling, automatic]) {
      await see(column.locator('.badge')).toHaveText('Connected');
      await see(column).toContainText(/Received\d+ bytes/);
      await see(column).toContainText(/Echo\d+\.\d ms/);
      await see(column).toContainText(/Tick\d+/);
    }
    await page.getByRole('button', { name: 'Continue' }).press('Enter');
    await see(page.locator('.progress')).toHaveText('5 of 5 steps done');
    await connect(page, 'WebSockets');
    await see(webSockets.locator('li')).toHaveText(['200POST negotiate', '101GET websocket']);
    expect(problems).toEqual([]);
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('axe reports nothing, and long values fit', async () => {
    const { page, problems } = await openPage(browser, lesson.url);
    await connect(page, 'LongPolling');
    await connect(page, 'ServerSentEvents');
    expect(await auditPage(page)).toEqual([]);
    const faults = await layoutFaults(page, {
      '#connections .badge': 'Disconnected',
      '#connections li span + span': 'GET event stream × 123456',
      '#connections dd': '1234567890 bytes',
    });
    expect(faults).toEqual([]);
    expect((await tabOrder(page, 'README')).slice(0, 4)).toEqual([
      'README',
      'Diff',
      'Slides',
      'Lab',
    ]);
    expect(problems).toEqual([]);
  });

  test('by hand, a step needs the step before', async () => {
    const { page } = await openPage(browser, `${lesson.url}/lab/`);
    const row = (name: string) =>
      page.locator('#by-hand tr').filter({ has: page.getByRole('button', { name }) });
    await row('4. Call Echo').getByRole('button').press('Enter');
    await see(row('4. Call Echo')).toContainText('There is no open WebSocket.');
    await row('2. Open').getByRole('button').press('Enter');
    await see(row('2. Open')).toContainText('There is no token. Negotiate first.');
  });

  test('the lab explains what its buttons do, and counts down while a reader waits', async () => {
    const { page } = await openPage(browser, `${lesson.url}/lab/`);
    const handshake = page
      .locator('#failures tr')
      .filter({ has: page.getByRole('button', { name: 'Send a handshake without 0x1E' }) });
    const allFailures = playOutcomes(page, '#failures');
    await see(handshake).toContainText(/Running: 1\d s left/);
    await see(handshake).toContainText(/Running: \d s left/);
    const failures = await allFailures;
    const byHand = await playOutcomes(page, '#by-hand');
    const experiments = await playOutcomes(page, '#experiments');
    const played = [...byHand, ...experiments, ...failures];
    expect(played.filter(({ badge }) => badge !== 'As expected')).toEqual([]);
    expect(byHand.map(({ result }) => result)).toEqual([
      expect.stringMatching(/^\{.*"connectionToken":"••••","availableTransports":\[.*WebSockets/),
      'The WebSocket is open. The handshake must arrive within 15 s.',
      '↑ {"protocol":"json","version":1} [1E] ↓ {} [1E]',
      expect.stringContaining('↓ {"type":3,"invocationId":"1","result":"by hand"} [1E]'),
    ]);
    const answer = (size: number): string => `The answer of Echo has ${size} bytes.`;
    expect(experiments.map(({ result }) => result)).toEqual([
      expect.stringMatching(/^negotiate 200, event stream 200/),
      expect.stringMatching(/^negotiate 200, poll 200/),
      `negotiate 200, websocket 101. ${answer(47)}`,
      `negotiate 200, websocket 101. ${answer(13)}`,
    ]);
    expect(failures.map(({ action, cure }) => [action, cure])).toEqual([
      ['Connect through the proxy', expect.stringMatching(/^negotiate 200, websocket 101\./)],
      ['Skip negotiation with automatic transports', expect.stringMatching(/^websocket 101\./)],
      ['Use MessagePack over Server-Sent Events', expect.stringContaining('event stream 200')],
      ['Send a handshake without 0x1E', '↑ {"protocol":"json","version":1} [1E] ↓ {} [1E]'],
      ['GET /echo', undefined],
      ['GET /echo?id=wrong', undefined],
    ]);
    expect(await auditPage(page)).toEqual([]);
    const values = { '.explained .badge + p': byHand[0]!.result };
    expect(await layoutFaults(page, values)).toEqual([]);
  });
});

describe.runIf(hasChromium())('lesson 2 with its start options', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const startAndConnect = async (
    ...args: string[]
  ): Promise<{ requests: string[]; problems: string[] }> => {
    const lesson = await startLesson(folder, { args, production: true });
    try {
      const { page, problems } = await openPage(browser, lesson.url);
      const column = await connect(page, 'Automatic');
      return { requests: await column.locator('li').allTextContents(), problems };
    } finally {
      expect(await lesson.stop()).toBe(0);
    }
  };

  test('behind a proxy that blocks WebSockets, automatic selects Server-Sent Events', async () => {
    const { requests, problems } = await startAndConnect('--block-upgrade');
    expect(requests.slice(0, 3)).toEqual([
      '200POST negotiate × 2',
      'failedGET websocket',
      '200GET event stream',
    ]);
    expect(problems.join()).toContain("Failed to start the transport 'WebSockets'");
  });

  test('without WebSockets, automatic selects Server-Sent Events with one negotiation', async () => {
    const { requests, problems } = await startAndConnect('--transports', 'sse,lp');
    expect(requests.slice(0, 2)).toEqual(['200POST negotiate', '200GET event stream']);
    expect(problems).toEqual([]);
  });
});
