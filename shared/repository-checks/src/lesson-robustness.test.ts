import { readFileSync } from 'node:fs';
import { lessonFolders } from '@practical-signalr/lesson-kit';
import {
  cpuTimeOfNode,
  hasChromium,
  launchChromium,
  reportCpuTime,
  reportedCpuTime,
  type RunningLesson,
  startLesson,
  see,
} from '@practical-signalr/lesson-kit/testing';
import { type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { type Browser, type BrowserContext, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lessonFolder } from '@practical-signalr/course';

const folder = lessonFolder(3) as string;
const state = (page: Page, kind: 'good' | 'bad') =>
  see(page.locator('#state')).toHaveClass(`badge ${kind}`);

/** A peer in Node; only for sending. Its transport proves nothing about browsers. */
async function connect(url: string): Promise<HubConnection> {
  const connection = new HubConnectionBuilder()
    .withUrl(`${url}/messages`)
    .configureLogging(LogLevel.None)
    .build();
  connection.on('ReceiveMessage', () => undefined);
  await connection.start();
  return connection;
}

/** Sends `count` messages at a rate; resolves when the server has received the last one. */
async function flood(connection: HubConnection, count: number, perSecond: number): Promise<void> {
  const each = Math.ceil(perSecond / 50);
  let sent = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      for (let i = 0; i < each && sent < count; i++)
        void connection.send('SendMessageToAll', `message ${++sent}`);
      if (sent < count) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  await connection.invoke('SendMessageToAll', 'the last');
}

/**
 * The maximum number of times that a page draws if it handles all messages before it draws again.
 */
const FRAMES_OF_A_BLOCKED_PAGE = 3;

/** How many frames the page draws until `flood` has ended. */
function framesUntilTheLast(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let frames = 0;
    while (
      !(document.querySelector('#messages')?.lastElementChild?.textContent ?? '').includes(
        'the last',
      )
    ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      frames++;
    }
    return frames;
  });
}

/** Clicks like a person, and returns the number of frames between the click and its handling. */
async function framesUntilClickIsHandled(page: Page): Promise<number> {
  await page.evaluate(() => {
    const frames: number[] = [];
    const tick = (at: number): void => {
      frames.push(at);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    document.querySelector('[data-pause]')?.addEventListener('click', ({ timeStamp }) => {
      const now = performance.now();
      document.body.dataset['frames'] = String(
        frames.filter((at) => at > timeStamp && at < now).length,
      );
    });
  });
  const pause = page.getByRole('button', { name: 'Pause' });
  await pause.click();
  const frames = Number(await page.evaluate(() => document.body.dataset['frames']));
  await see(pause).toHaveAttribute('aria-pressed', 'true');
  await pause.click();
  return frames;
}

// A lesson takes 14 to 40 times as much as Node itself: least on Node 20 and in production.
test.each([
  ['development', false],
  ['production', true],
])('a lesson starts and stops with little CPU time in %s', async (_mode, production) => {
  const own = await startLesson(folder, { production, env: { NODE_OPTIONS: reportCpuTime } });
  await own.stop();
  expect(reportedCpuTime(own.output())).toBeLessThan(75 * cpuTimeOfNode());
});

let lesson: RunningLesson;
beforeAll(async () => {
  lesson = await startLesson(folder, { production: true });
});
afterAll(async () => {
  expect(await lesson.stop()).toBe(0);
});

// Lessons 7 and 8 also start other servers, and have such a test of their own.
test.each(lessonFolders().filter(({ number }) => ![3, 7, 8].includes(number)))(
  'lesson $number starts as lesson 3 does: only with serveLesson, which reports a port in use',
  ({ folder: of }) => {
    const main = readFileSync(`${of}/server/main.ts`, 'utf8');
    expect(main).toMatch(
      /\nawait serveLesson\(import\.meta\.url, \{ app, server, signalr \}\);\n$/,
    );
    expect(main).not.toMatch(/\.listen\(|spawn|fork/);
  },
);

test('starting lesson 3 twice reports the port in one sentence', async () => {
  const { port } = lesson;
  const second = startLesson(folder, { port });
  await expect(second).rejects.toThrow(
    `The lesson stopped before it was ready. Fix what its output reports:\nPort ${port} is in use, probably by the same lesson in another terminal or in the course home. Stop it, or choose another port with the environment variable PORT.\n`,
  );
  await expect(second).rejects.not.toThrow(/\n {4}at /);
});

describe.runIf(hasChromium())('an open page in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(lesson.url);
    await state(page, 'good');
  });
  afterEach(() => context.close());

  test('is loaded and connected after few requests', async () => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('websocket', (socket) => requests.push(socket.url()));
    await page.reload();
    await state(page, 'good');
    expect(requests.length, requests.join('\n')).toBeLessThanOrEqual(8);
  });

  test.each([
    ['empty', ''],
    [
      'HTML and script',
      '<img src=x onerror="window.bad=1"><script>window.bad=1</script><b>bold</b>',
    ],
    ['1,000 characters without a space', 'x'.repeat(1000)],
    ['30 KB', `${'long '.repeat(6000)}end`],
  ])('a message: %s', async (_name, text) => {
    const peer = await connect(lesson.url);
    await peer.invoke('SendMessageToAll', text);
    await peer.stop();
    const shown = page.locator('#messages li').last().locator('span').first();
    await see(shown).toHaveText(text);
    expect(await shown.evaluate((element) => element.childElementCount)).toBe(0);
    expect(await page.evaluate(() => 'bad' in window)).toBe(false);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        width,
      );
    }
    expect((await shown.boundingBox())?.height).toBeLessThan(250);
  });

  test('a message of 40 KB closes the connection, and the page reports it', async () => {
    await page.locator('#message').fill('x'.repeat(40_000));
    await page.locator('#message').press('Enter');
    await state(page, 'bad');
    await see(page.locator('wire-panel')).toContainText('close');
  });

  test('a name of 1,000 characters in a badge does not widen the page', async () => {
    await page
      .locator('#state')
      .evaluate((badge) => (badge.textContent = `Connected as ${'n'.repeat(1000)}`));
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        width,
      );
    }
  });

  test('with 500 messages per second, a click is handled within two frames', async () => {
    const peer = await connect(lesson.url);
    const frames = framesUntilTheLast(page);
    const done = flood(peer, 1500, 500);
    await see(page.locator('#messages li').last()).toContainText('message');
    expect(await framesUntilClickIsHandled(page)).toBeLessThanOrEqual(2);
    await done;
    expect(await frames).toBeGreaterThan(FRAMES_OF_A_BLOCKED_PAGE);
    await peer.stop();
  });

  test('10,000 messages do not slow the page: a window of rows, a bounded list, a click within two frames', async () => {
    const peer = await connect(lesson.url);
    await flood(peer, 10_500, 4000);
    await see(page.locator('#messages li').last()).toContainText('the last');
    await see(page.locator('wire-panel')).toContainText('10,000 messages');
    expect(await page.locator('wire-panel li').count()).toBeLessThanOrEqual(200);
    expect(await page.locator('#messages li').count()).toBe(100);
    await peer.invoke('SendMessageToAll', 'between');
    await see(page.locator('#messages li').last()).toContainText('between');
    const frames = framesUntilTheLast(page);
    const again = flood(peer, 1000, 500);
    expect(await framesUntilClickIsHandled(page)).toBeLessThanOrEqual(2);
    await again;
    expect(await frames).toBeGreaterThan(FRAMES_OF_A_BLOCKED_PAGE);
    await page.getByRole('searchbox').fill('message 10499"'); // reads the whole log
    await see(page.locator('wire-panel li')).toHaveCount(1);
    await peer.stop();
  });

  test('the server stops and starts again: the page reports it, and the development server reloads the page', async () => {
    const first = await startLesson(folder);
    await page.goto(first.url);
    await state(page, 'good');
    await first.stop();
    await state(page, 'bad');
    await see(page.locator('#state')).toContainText('Disconnected');
    const second = await startLesson(folder, { port: first.port });
    await state(page, 'good');
    await second.stop();
  });
});
