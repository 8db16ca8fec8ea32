import { fileURLToPath } from 'node:url';
import {
  auditPage,
  hasChromium,
  launchChromium,
  pageScriptSize,
  type RunningLesson,
  startLesson,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, expect as see, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the JavaScript of the page is under 60 KB', async () => {
  expect(await pageScriptSize(folder)).toBeLessThan(60_000);
});

test('a WebSocket that brings its token in the query only: broken refuses, fixed opens', async () => {
  const lesson = await startLesson(folder);
  const token = await (await fetch(`${lesson.url}/token`)).text();
  const open = (path: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${lesson.url.replace('http', 'ws')}${path}?access_token=${token}`);
      socket.onopen = () => (resolve('open'), socket.close());
      socket.onerror = () => resolve('refused');
    });
  expect([await open('/broken/messages'), await open('/fixed/messages')]).toEqual(['refused', 'open']);
  const requests = (await (await fetch(`${lesson.url}/requests`)).json()) as { status: number; tokenIn: string }[];
  expect(requests.map(({ status, tokenIn }) => [status, tokenIn])).toEqual([
    [401, 'query'],
    [101, 'query'],
  ]);
  expect(await lesson.stop()).toBe(0);
});

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 6 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
    page = await browser.newPage();
    await page.goto(lesson.url);
    await see(page.locator('#state')).toHaveText('Connected as alice');
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the whole matrix', { timeout: 90_000 }, async () => {
    await page.locator('#run').click();
    await see(page.locator('#progress')).toHaveText('Done: 60 connections', { timeout: 80_000 });
    const cells = await page
      .locator('#matrix tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td')].map((cell) =>
            [...cell.querySelectorAll('.badge, p, li')].map((part) => part.textContent),
          ),
        ),
      );
    console.log(JSON.stringify(cells, null, 1));
  });

  test('the difference on the page', async () => {
    await see(page.locator('#difference .add')).toHaveCount(6);
  });

  test('failures', { timeout: 90_000 }, async () => {
    for (const row of await page.locator('#failures tr').all()) {
      await row.getByRole('button').click();
      await see(row.locator('td').nth(1)).not.toHaveText(/^…?$/, { timeout: 15_000 });
      console.log(await row.innerText());
    }
  });

  if (production) return;
  test('everybody can use it', { timeout: 90_000 }, async () => {
    expect(await auditPage(page)).toEqual([]);
  });
});
