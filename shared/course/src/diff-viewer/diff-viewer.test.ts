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

  // Small files: the check of contrast looks at every coloured word.
  test.each([
    '',
    '/4/5?file=server/main.ts',
    '/4/5?file=server/main.ts&view=split&lines=whole',
    '/6/broken-fixed',
    '/5/6?file=nothing.ts',
  ])(
    '%s: nobody is hindered, nothing is blocked or asked outside',
    async (path) => {
      const context = await browser.newContext();
      const problems = watchProblems(context);
      const page = await context.newPage();
      await page.goto(url + path);
      expect(await auditPage(page)).toEqual([]);
      expect(problems.filter((problem) => !problem.includes('status of 404'))).toEqual([]);
      await context.close();
    },
    120_000,
  );

  test('by keyboard: the list of files, and from change to change', async () => {
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
  ])('the file that is shown is seen in the list: %o', async (viewport) => {
    const page = await browser.newPage({ viewport });
    await page.goto(`${url}/5/6?file=server/ticket.ts`);
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

  test('without a script: everything is read, links and form lead on', async () => {
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
      .getByText('server/hub.ts')
      .click();
    await see(page).toHaveURL(`${url}/3/5?file=server/hub.ts&view=split`);
    await see(page.locator('table.split')).toBeVisible();
    await see(page.getByRole('button', { name: 'Next change' })).toBeHidden();
    await context.close();
  });
});
