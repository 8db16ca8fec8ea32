import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  auditPage,
  hasChromium,
  launchChromium,
  tabOrder,
  watchProblems,
  see,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser } from '@playwright/test';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffRouter } from './diff-router.ts';

describe.runIf(hasChromium())('the diff viewer in Chromium', () => {
  const server = createServer(express().use('/diff', diffRouter()));
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://localhost:${(server.address() as AddressInfo).port}/diff`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  // The files are small, because the contrast check looks at every colored word.
  test.each([
    '',
    '/4/5?file=server/main.ts',
    '/4/5?file=server/main.ts&view=split&lines=whole',
    '/6/broken-fixed',
    '/5/6?file=nothing.ts',
  ])(
    '%s: axe reports nothing, and nothing is blocked or loaded from another host',
    async (path) => {
      const context = await browser.newContext();
      const problems = watchProblems(context);
      const page = await context.newPage();
      await page.goto(url + path);
      const looks = path.endsWith('main.ts') ? 'all' : 'two';
      expect(await auditPage(page, { looks })).toEqual([]);
      expect(problems.filter((problem) => !problem.includes('status of 404'))).toEqual([]);
      await context.close();
    },
    120_000,
  );

  test('the keyboard reaches the list of files and moves from change to change', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/4/5?file=server/main.ts&lines=whole`);
    const stops = await tabOrder(page);
    expect(stops).toEqual(
      expect.arrayContaining([
        'Previous change',
        'Next change',
        'All files',
        'server/announcement.ts',
        'Side by side',
      ]),
    );
    const changes = page.locator('[data-change]');
    const number = await changes.count();
    expect(number).toBeGreaterThan(1);
    await page.keyboard.press('Alt+ArrowDown');
    await see(changes.nth(0)).toBeFocused();
    await page.getByRole('button', { name: 'Next change' }).click();
    await see(changes.nth(1)).toBeFocused();
    await see(changes.nth(1)).toBeInViewport();
    await see(page.getByRole('status')).toHaveText(`2 of ${number}`);
    await page.keyboard.press('Alt+ArrowUp');
    await see(changes.nth(0)).toBeFocused();
    await page.keyboard.press('Alt+ArrowUp');
    await see(page.getByRole('status')).toHaveText(`1 of ${number}`);
    await page.close();
  });

  test.each([
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ])('the file that is shown is visible in the list: %o', async (viewport) => {
    const page = await browser.newPage({ viewport });
    await page.goto(`${url}/5/6?file=package.json`);
    const chosen = page
      .getByRole('navigation', { name: 'Changed files' })
      .locator('[aria-current]');
    const [list, link] = await Promise.all([
      chosen.locator('xpath=ancestor::nav').boundingBox(),
      chosen.boundingBox(),
    ]);
    expect(link!.y).toBeGreaterThanOrEqual(list!.y);
    expect(link!.y + link!.height).toBeLessThanOrEqual(list!.y + list!.height);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.close();
  });

  test('a folded file shows its reason, and a link or the next change opens it', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/4/5`);
    const file = page.locator('details.file').first();
    await see(file.locator('.why-line')).toBeVisible();
    await see(file.locator('table')).toBeHidden();
    const name = (await file.locator('h2').textContent()) ?? '';
    const list = page.getByRole('navigation', { name: 'Changed files' });
    await list.getByRole('link', { name, exact: true }).click();
    await see(file.locator('table')).toBeVisible();
    await file.locator('summary').click();
    await see(file.locator('table')).toBeHidden();
    const changes = await page.locator('[data-change]').count();
    for (let index = 0; index < changes; index++) await page.keyboard.press('Alt+ArrowDown');
    await see(page.getByRole('status')).toHaveText(`${changes} of ${changes}`);
    await see(page.locator('[data-change]').last()).toBeFocused();
    await page.close();
  });

  test.each(['', '&view=split'])(
    'on a phone there is one column, and long lines wrap: %s',
    async (view) => {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      await page.goto(`${url}/4/5?lines=changes${view}`);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      const cards = await page.locator('.page > *').all();
      const boxes = await Promise.all(cards.map((card) => card.boundingBox()));
      expect(new Set(boxes.map((box) => box?.x)).size).toBe(1);
      const cut = await page
        .locator('td.text')
        .evaluateAll((cells) =>
          cells
            .filter((cell) => cell.scrollWidth > cell.clientWidth)
            .map((cell) => cell.textContent),
        );
      expect(cut).toEqual([]);
      await page.close();
    },
  );

  test('without a script, everything is readable, and links and forms work', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel('Compare').selectOption('3');
    await page.locator('select[name=to]').selectOption('5');
    await page.getByRole('button', { name: 'Show' }).click();
    await see(page).toHaveURL(`${url}/3/5`);
    await page.getByRole('link', { name: 'Side by side' }).click();
    await page
      .getByRole('navigation', { name: 'Changed files' })
      .getByRole('link', { name: 'server/hub.ts', exact: true })
      .click();
    await see(page).toHaveURL(`${url}/3/5?view=split#server/hub.ts`);
    await page.goto(`${url}/3/5?file=server/hub.ts&view=split`);
    await see(page.locator('table.split')).toBeVisible();
    await see(page.getByRole('button', { name: 'Next change' })).toBeHidden();
    await context.close();
  });
});
