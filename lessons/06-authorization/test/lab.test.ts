import { fileURLToPath } from 'node:url';
import {
  auditPage,
  hasChromium,
  launchChromium,
  playEarlierLabs,
  playOutcomes,
  type RunningLesson,
  see,
  startLesson,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** What Chromium logs about refused requests, even if the page catches their errors. */
const intended =
  /status of 40[13] |^WebSocket connection to '\S+' failed: (HTTP Authentication failed|Error during WebSocket handshake: Unexpected response code: 40[13])/;
describe.runIf(hasChromium())('the lab of lesson 6 in Chromium', () => {
  let lesson: RunningLesson;
  let browser: Browser;
  let page: Page;
  let lab: Page;
  let problems: string[];
  beforeAll(async () => {
    [lesson, browser] = await Promise.all([
      startLesson(folder, { production: true }),
      launchChromium(),
    ]);
    const context = await browser.newContext();
    problems = watchProblems(context);
    page = await context.newPage();
    await page.goto(lesson.url);
    await page.locator('#fixed').getByRole('button').click();
    await see(page.locator('#state')).toHaveText('Connected · WebSockets · alice');
    lab = await context.newPage();
    await lab.goto(`${lesson.url}/lab/`);
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the form connects to the broken hub with Automatic, as bob, over Long Polling', async () => {
    await lab.getByText('Choose one connection yourself').click();
    await lab.getByLabel('Name').fill('bob');
    await lab.getByLabel('Hub').selectOption('broken');
    await lab.getByRole('button', { name: 'Connect', exact: true }).click();
    await see(lab.locator('#result .badge.warn')).toHaveText('looks healthy: Long Polling');
    await see(lab.locator('#result p')).toHaveText(/^user bob, \d+ ms$/);
    await see(lab.locator('#received')).toHaveText('Received: a message to myself');
  });

  test('the matrix of 60 connections, which the chat does not announce', async () => {
    await lab.locator('#run').click();
    await see(lab.locator('#progress')).toHaveText('Done: 60 connections', { timeout: 120_000 });
    // No name and no result covers the cell next to it.
    const names = lab.locator('.grid :is(th > button, td > .badge)');
    const wideNames = await names.evaluateAll((elements) => {
      const right = (element: Element) => element.getBoundingClientRect().right;
      const isWide = (element: Element) => right(element) > right(element.parentElement!);
      return elements.filter(isWide).map(({ textContent }) => textContent);
    });
    expect(wideNames).toEqual([]);
    const rows = await lab
      .locator('#matrix tbody tr, #matrix-of-other-tokens tbody tr')
      .evaluateAll((all) =>
        all.map((row) =>
          [...row.querySelectorAll('th, td')].map((cell) => {
            const steps = [...cell.querySelectorAll('li')].map((line) =>
              line.textContent.replace(/GET |POST /, ''),
            );
            const parts = [...cell.querySelectorAll('.badge, p')].map((part) =>
              part.textContent.replace(/, \d+ ms$/, ''),
            );
            return cell.tagName === 'TH' ? cell.textContent : { result: parts.join(': '), steps };
          }),
        ),
      );
    type Cell = { result: string; steps: string[] };
    const hubs = ['broken', 'fixed', 'anonymous'] as const;
    const cell = (row: string, hub: (typeof hubs)[number]): Cell =>
      rows.find(([name]) => name === row)![hubs.indexOf(hub) + 1] as Cell;
    const negotiated = 'negotiate 200 · token in header';
    expect(rows).toHaveLength(20);

    const healthy = cell('Automatic', 'broken');
    expect(healthy.result).toBe('looks healthy: Long Polling: user alice');
    expect(healthy.steps.slice(0, 6)).toEqual([
      negotiated,
      'websocket 401 · token in query',
      negotiated,
      'event stream 401 · token in query',
      negotiated,
      'poll 200 · token in header',
    ]);
    const socket = {
      result: 'WebSockets: user alice',
      steps: [negotiated, 'websocket 101 · token in query'],
    };
    expect(cell('Automatic', 'fixed')).toEqual(socket);
    expect(cell('WebSockets', 'fixed')).toEqual(socket);
    expect(cell('WebSockets, skipNegotiation', 'fixed')).toEqual({
      ...socket,
      steps: [socket.steps[1]],
    });
    const silent =
      /^start\(\) rejects: .*WebSocket failed to connect\. The connection could not be found on the server/;
    const refused = cell('WebSockets', 'broken');
    expect(refused.result).toMatch(silent);
    expect(refused.result).not.toContain('401');
    expect(refused.steps).toEqual([negotiated, 'websocket 401 · token in query']);
    const skipped = cell('WebSockets, skipNegotiation', 'broken');
    expect(skipped.result).toMatch(silent);
    expect(skipped.steps).toEqual(['websocket 401 · token in query']);
    const events = cell('Server-Sent Events', 'broken');
    expect(events.result).toMatch(/^start\(\) rejects: .*EventSource failed to connect\./);
    expect(events.steps).toEqual([negotiated, 'event stream 401 · token in query']);
    const streamed = cell('Server-Sent Events', 'fixed');
    expect(streamed.result).toBe('Server-Sent Events: user alice');
    expect(streamed.steps.slice(0, 3)).toEqual([
      negotiated,
      'event stream 200 · token in query',
      'send 200 · token in header',
    ]);
    expect(cell('Long Polling', 'broken').result).toBe('Long Polling: user alice');
    expect(cell('Long Polling', 'fixed').result).toBe('Long Polling: user alice');
    // The stream has no user, and alice sends the POST.
    const mixed = cell('Server-Sent Events', 'anonymous');
    expect(mixed.result).toBe("start() rejects: Forbidden: Status code '403'");
    expect(mixed.steps.at(-1)).toBe('send 403 · token in header');
    expect(cell('WebSockets, skipNegotiation', 'anonymous').result).toBe('WebSockets: user nobody');
    expect(cell('Automatic', 'anonymous').result).toBe('WebSockets: user nobody');
    for (const token of ['missing', 'testing', 'expired']) {
      expect(cell(`Automatic, ${token} token`, 'anonymous').result).toBe('WebSockets: user nobody');
      const place = token === 'missing' ? 'no token' : 'token in header';
      for (const transport of ['Automatic', 'WebSockets', 'Server-Sent Events', 'Long Polling']) {
        for (const hub of ['broken', 'fixed'] as const) {
          expect(cell(`${transport}, ${token} token`, hub)).toEqual({
            result:
              "start() rejects: Failed to complete negotiation with the server: Error: Unauthorized: Status code '401'",
            steps: [`negotiate 401 · ${place}`],
          });
        }
      }
    }
    // The first row shows its requests, the others after a press.
    await see(lab.locator('#matrix .steps').first()).toBeVisible();
    await see(lab.locator('#matrix tbody tr').nth(1).locator('.steps').first()).toBeHidden();
    await lab.locator('#matrix tbody tr').nth(1).getByRole('button').click();
    await see(lab.locator('#matrix tbody tr').nth(1).locator('.steps').first()).toBeVisible();
    expect(problems.splice(0).filter((text) => !intended.test(text))).toEqual([]);
    await see(page.locator('#target option')).toHaveCount(4);
  }, 180_000);

  test('failures and their cures', async () => {
    const played = await playOutcomes(lab, '#failures');
    const noError = 'The message is sent without an error.';
    expect(played.map(({ action, badge, result, cure }) => [action, badge, result, cure])).toEqual([
      [
        'Look for the token in the console',
        'As expected',
        expect.stringMatching(/with dots: .*access_token=••••/),
        'The console shows no token.',
      ],
      [
        'Look for the token in the access log',
        'As expected',
        'The access log contains the whole token.',
        expect.stringMatching(
          /no token: GET \/lab\/fixed\/messages\?attempt=[\w-]+&id=••••&access_token=••••$/,
        ),
      ],
      [
        'Call after the expiry, over WebSockets',
        'As expected',
        'The call succeeds, as alice.',
        // It closes at the expiry: not before, and not much later.
        expect.stringMatching(
          /^The connection closes [0-2]\.\d s after the expiry\. It reconnects as alice, and the factory is called 2 more times\.$/,
        ),
      ],
      [
        'Call after the expiry, over Long Polling',
        'As expected',
        "Unauthorized: Status code '401'. The state is Connected. Calls of the token factory: 1.",
        'The call succeeds, as alice. The state is Connected. Calls of the token factory: 2.',
      ],
      [
        'Name the claim “name”',
        'As expected',
        `${noError} Copies that arrive: 0. The hub sees no user.`,
        `${noError} Copies that arrive: 1. The hub sees alice.`,
      ],
      [
        'Call a protected method',
        'As expected',
        "Failed to invoke 'guarded' because user is unauthorized",
        'The call succeeds.',
      ],
      [
        'Connect from another origin',
        'As expected',
        'Failed to complete negotiation with the server: TypeError: Failed to fetch',
        'The client connects.',
      ],
      [
        'Announce without a token',
        'As expected',
        '401, WWW-Authenticate: Bearer',
        'The announcement is sent.',
      ],
    ]);
    const others = problems.splice(0).filter((text) => !intended.test(text));
    const blocked =
      /\/any-origin\/.* blocked by CORS policy: .* must not be the wildcard '\*' when .* credentials/;
    expect(others.some((text) => blocked.test(text))).toBe(true);
    expect(
      others.filter(
        (text) => !blocked.test(text) && text !== 'Failed to load resource: net::ERR_FAILED',
      ),
    ).toEqual([]);
  }, 120_000);

  test('the ticket and the refresh', async () => {
    const played = await playOutcomes(lab, '#optional');
    expect(played.map(({ badge, result }) => [badge, result])).toEqual([
      ['As expected', 'The client connects as alice. The same ticket is refused the second time.'],
      [
        'As expected',
        'The client refreshes its token 1 time. After the expiry of the first token, the state is Connected.',
      ],
    ]);
    problems.length = 0;
  });

  test('the failures of the lessons before, and the C#; the lab is accessible', async () => {
    const earlier = await playEarlierLabs(lab, [5, 4, 3]);
    expect(earlier.map(({ summary, isFolded }) => [summary, isFolded])).toEqual([
      ['Lesson 5: HubContext 1 failure, 2 experiments', true],
      ['Lesson 4: Server hubs 4 failures, 6 experiments', true],
      ['Lesson 3: Basics 11 failures, 2 experiments', true],
    ]);
    expect(earlier.flatMap(({ badges }) => badges)).toEqual(Array(6).fill('As expected'));
    await see(lab.locator('.excerpt')).toHaveCount(2);
    await see(lab.locator('.excerpt').first()).toContainText('StartsWithSegments("/messages")');
    await see(lab.locator('.excerpt').last()).toContainText('[Authorize]');
    expect(await auditPage(lab, { looks: 'all' })).toEqual([]);
    problems.length = 0;
  });

  test('a user whose name has 1,000 characters is shown as text, and the page stays as wide', async () => {
    const name = '<b>'.padEnd(1000, 'n');
    await lab.getByLabel('Name').fill(name);
    await lab.getByLabel('Hub').selectOption('fixed');
    await lab.getByRole('button', { name: 'Connect', exact: true }).click();
    await see(lab.locator('#result p')).toContainText(name);
    await see(lab.locator('#received')).toContainText('a message to myself');
    expect(await lab.locator('#result b').count()).toBe(0);
    for (const width of [390, 1280]) {
      await lab.setViewportSize({ width, height: 800 });
      expect(await lab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        width,
      );
    }
  });
});
