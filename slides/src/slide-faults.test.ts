import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slideFaults } from './slide-faults.ts';

// Without this test, the check of the decks could be one that never fails.
describe.runIf(hasChromium())('a fault of a slide is', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  });
  afterAll(() => browser.close());

  async function faults(html: string): Promise<string> {
    await page.setContent(`<style>body { margin: 0 } section { position: relative; box-sizing: border-box; width: 1280px; height: 720px;
      padding: 44px 64px; font-size: 30px } footer { position: absolute; bottom: 18px; height: 20px } svg { width: 100%; display: block }</style>
      <section>${html}<footer>1 / 1</footer></section>`);
    return (await slideFaults(page.locator('section'))).join('\n');
  }

  test('a correct slide has no fault', async () =>
    expect(
      await faults(
        '<p style="height: 260px">text</p><svg viewBox="0 0 1152 90"><text y="40">text</text></svg>',
      ),
    ).toBe(''));
  test('a slide that is half empty', async () =>
    expect(await faults('<p style="height: 200px">text</p>')).toMatch(
      /^only \d\d % of the slide is filled$/,
    ));
  test('text that is too small', async () =>
    expect(await faults('<p style="font-size: 19px">small</p>')).toContain(
      '19.0 px, less than 20',
    ));
  test('a drawing that shrinks its text', async () =>
    expect(
      await faults('<svg viewBox="0 0 2304 90"><text y="40" font-size="30">small</text></svg>'),
    ).toContain('15.0 px'));
  test('more lines than there is room', async () =>
    expect(await faults('<p>line</p>'.repeat(20))).toContain('reaches out of the slide'));
  test('a line that is too wide', async () =>
    expect(await faults(`<p style="white-space: nowrap">${'wide '.repeat(40)}</p>`)).toContain(
      'is cut off',
    ));
  test('a box that hides its end', async () =>
    expect(
      await faults(
        `<div style="overflow: hidden; height: 30px"><p>${'much '.repeat(80)}</p></div>`,
      ),
    ).toContain('is cut off'));
  test('text over text', async () =>
    expect(await faults('<p>one</p><p style="margin-top: -60px">other</p>')).toContain(
      '"one" lies over "other"',
    ));
  test('text that leaves its drawing', async () =>
    expect(
      await faults('<svg viewBox="0 0 1152 90"><text x="1100" y="40">leaves</text></svg>'),
    ).toContain('reaches out of'));
  test('text on the edge of a box', async () =>
    expect(
      await faults(
        '<svg viewBox="0 0 1152 90"><rect width="100" height="80"/><text x="20" y="40">too long for it</text></svg>',
      ),
    ).toContain('"too long for it" lies on the edge of a box'));
});
