import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { styleSheet } from '../serve/style-sheet.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { layoutFaults } from './layout-faults.ts';

const html = (cell: string): string =>
  `<!doctype html><html lang="en"><head><title>Layout</title><style>${styleSheet()}</style></head><body>
<main class="page"><div class="stack"><section class="card">${cell}</section></div><aside class="card wire">Wire</aside></main></body></html>`;

const time = (locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(
    new Date(2030, 11, 30, 22, 58, 59),
  );

describe.runIf(hasChromium())('layout faults', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(() => browser?.close());

  const faultsOf = async (cell: string, value: string): Promise<string[]> => {
    await page.setContent(html(cell));
    return layoutFaults(page, { '#value': value });
  };

  test('a value that leaves its card is reported, with the locale and the width', async () => {
    const faults = await faultsOf(
      '<p id="value" style="white-space:nowrap">short</p>',
      'long '.repeat(60),
    );
    expect(faults[0]).toMatch(/^en-US, .*my-MM, 1280 px: "long long.*" leaves 'card' by \d+ px$/);
    expect(faults).toContainEqual(expect.stringMatching(/my-MM, 320 px: the page is \d+ px wide$/));
  });

  test('a value that is cut off, or lies over another text, is reported', async () => {
    const cutOff = '<p id="value" style="white-space:nowrap;overflow:hidden"></p>';
    expect(await faultsOf(cutOff, 'long '.repeat(60))).toContainEqual(
      expect.stringContaining('is cut off'),
    );
    const fixed =
      '<p style="display:flex"><span id="value" style="width:3rem;white-space:nowrap"></span><b>after</b></p>';
    expect(await faultsOf(fixed, '2,147,483,647')).toContainEqual(
      expect.stringContaining('"2,147,483,647" lies over "after"'),
    );
  });

  test('a value that wraps or scrolls is not reported, and the page is as before', async () => {
    await page.setContent(
      html(
        '<p id="wraps">a <b>short</b> text</p><p id="scrolls" style="overflow-x:auto;white-space:nowrap"></p>',
      ),
    );
    const before = await page.content();
    const long = 'long '.repeat(60);
    expect(await layoutFaults(page, { '#wraps b': time })).toEqual([]);
    expect(await layoutFaults(page, { '#wraps': long, '#scrolls': long })).toEqual([]);
    expect(await page.content()).toBe(before);
    expect(page.viewportSize()).toEqual({ width: 1280, height: 800 });
  });

  test('a selector without an element is an error', async () => {
    await page.setContent(html('<p></p>'));
    await expect(layoutFaults(page, { '#gone': 'text' })).rejects.toThrow(
      "No element matches '#gone'",
    );
  });
});
