import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  auditPage,
  checkFirstScreen,
  freePort,
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
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const disconnected = 'Disconnected. It does not reconnect.';

/** Returns the longest text that a row of the map shows, as the page formats it. */
const longChange = (locale: string): string => {
  const clock = new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  return `runs since ${clock.format(new Date(2030, 11, 30, 22, 58, 59, 888))}`;
};

const modes = [
  ['production', true],
  ['development', false],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 1 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let lessonsPort: number;
  let env: NodeJS.ProcessEnv;
  let browser: Browser;
  let context: BrowserContext;
  let problems: string[];

  const open = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(lesson.url);
    await see(opened.locator('#state')).toHaveText('Connected');
    await see(opened.locator('#polling')).toContainText('requests');
    return opened;
  };
  /** Listens on the port of one of the later lessons, and returns its number. */
  const startFakeLesson = async (): Promise<{ server: Server; number: number }> => {
    for (let number = 8; number > 1; number--) {
      const server = createServer().listen(lessonsPort + number, '127.0.0.1');
      const isListening = await once(server, 'listening').then(
        () => true,
        () => false,
      );
      if (isListening) return { server, number };
    }
    throw new Error('Seven ports in a row are in use.');
  };

  beforeAll(async () => {
    // The lesson looks for lesson N on this port plus N.
    lessonsPort = await freePort();
    env = { COURSE_LESSONS_PORT: String(lessonsPort) };
    [lesson, browser] = await Promise.all([
      startLesson(folder, { production, env }),
      launchChromium(),
    ]);
  });
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    problems = watchProblems(context);
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the page connects, and the lab opens', async () => {
    const page = await open();
    await page.goto(`${lesson.url}/lab/`);
    await see(page.getByRole('button', { name: 'Break the connection' })).toBeVisible();
    expect(problems).toEqual([]);
  });

  // The pages have the same code in both modes, and this shows that they are served.
  if (!production) return;

  test('the walkthrough is done when a lesson has started and a second tab is open', async () => {
    const page = await open();
    const step = (number: number) => page.locator(`.walk > li:nth-child(${number})`);
    await see(page.locator('#lessons tbody tr')).toHaveCount(8);
    await see(page.locator('#pushed-1')).toContainText('runs');
    await see(step(1)).toHaveClass('done');
    await see(step(2)).toHaveClass('current');
    const { server, number } = await startFakeLesson();
    const [pushed, polled] = [page.locator(`#pushed-${number}`), page.locator(`#polled-${number}`)];
    try {
      await see(pushed).toContainText('runs since');
      await see(polled).toContainText('runs since');
      await see(step(2)).toHaveClass('done');
    } finally {
      server.close();
    }
    await see(pushed).toContainText('off since');
    await see(polled).toContainText('off since');

    await see(page.locator('#viewers')).toHaveText('Viewers: 1');
    const other = await open();
    await see(page.locator('#viewers')).toHaveText('Viewers: 2');
    await see(other.locator('#viewers')).toHaveText('Viewers: 2');
    await other.close();
    await see(page.locator('#viewers')).toHaveText('Viewers: 1');
    await see(step(3)).toHaveClass('done');
    await step(4).getByRole('button', { name: 'Continue' }).press('Enter');
    await see(page.locator('.progress')).toHaveText('4 of 4 steps done');
    expect(problems).toEqual([]);
  });

  test('while nothing changes, the page polls again, and nothing is pushed', async () => {
    const page = await open();
    await see(page.locator('#pushed-8')).toBeVisible();
    await see(page.locator('#viewers')).toHaveText('Viewers: 1');
    const pushing = await page.locator('#pushing').textContent();
    const polling = await page.locator('#polling').textContent();
    await see(page.locator('#polling')).not.toHaveText(polling!);
    await see(page.locator('#pushing')).toHaveText(pushing!);
    expect(problems).toEqual([]);
  });

  // In development, Vite reloads the page as soon as the server is back.
  test('after a stop of the server, polling recovers by itself and SignalR does not', async () => {
    const page = await open();
    const { port } = lesson;
    expect(await lesson.stop()).toBe(0);
    await see(page.locator('#polling')).toHaveText('No response. The page polls again.');
    await see(page.locator('#state')).toHaveText(disconnected);
    lesson = await startLesson(folder, { production, port, env });
    await see(page.locator('#polling')).toContainText('requests');
    await see(page.locator('#state')).toHaveText(disconnected);
  });

  test('long values fit, in every locale and at every width', async () => {
    const page = await open();
    await see(page.locator('#polled-8')).toHaveText(/off|runs/);
    const faults = await layoutFaults(page, {
      '#lessons td .badge': longChange,
      '#polling': '1234567 requests, 1234567890 bytes',
      '#pushing': '1234567 frames, 1234567890 bytes',
      '#viewers': 'Viewers: 12345',
      '#state': disconnected,
    });
    expect(faults).toEqual([]);
  });

  test('the first screen shows links and steps', () =>
    checkFirstScreen(browser, lesson.url, folder));

  test('axe reports nothing', async () => {
    const page = await open();
    expect(await auditPage(page)).toEqual([]);
    const links = ['README', 'Slides', 'Lab'];
    expect((await tabOrder(page, 'README')).slice(0, 3)).toEqual(links);
    expect(problems).toEqual([]);
  });

  test('the lab explains what its buttons do, also with many tabs open', async () => {
    const tabs = Array.from({ length: 10 }, () =>
      new HubConnectionBuilder()
        .withUrl(`${lesson.url}/course`)
        .configureLogging(LogLevel.None)
        .build(),
    );
    await Promise.all(tabs.map((tab) => tab.start()));
    const page = await context.newPage();
    await page.goto(`${lesson.url}/lab/`);
    const played = [
      ...(await playOutcomes(page, '#failures')),
      ...(await playOutcomes(page, '#experiments')),
    ];
    expect(played).toEqual([
      {
        action: 'Break the connection',
        badge: 'As expected',
        result: expect.stringContaining('WebSocket closed with status code: 1006'),
        cure: expect.stringMatching(/^Connected again after \d+ ms, with a new connection id\.$/),
      },
      { action: 'Poll every 100 ms for 3 s', badge: 'As expected', result: expect.any(String) },
      { action: 'Open ten connections', badge: 'As expected', result: expect.any(String) },
    ]);
    await Promise.all(tabs.map((tab) => tab.stop()));
    expect(await auditPage(page)).toEqual([]);
    expect(await layoutFaults(page, { '#failures .badge + p': played[0]!.result })).toEqual([]);
  });
});
