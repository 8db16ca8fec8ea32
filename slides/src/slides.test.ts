import { hasChromium, launchChromium, watchProblems } from '@practical-signalr/lesson-kit/testing';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDeck, deckNames } from './deck.ts';
import { serveSlides, type ServedSlides } from './serve-slides.ts';
import { slideFaults } from './slide-faults.ts';

describe.runIf(hasChromium()).each(deckNames())('deck %s', (name) => {
  const { slides } = buildDeck(name);
  let served: ServedSlides;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    served = await serveSlides(0);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'light' });
    problems = watchProblems(context);
    page = await context.newPage();
    await page.goto(`${served.url}${name}.html`);
    await page.locator('body.slides-ready').waitFor({ state: 'attached' });
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    expect(problems).toEqual([]);
  });

  test('nothing is cut off, runs out of a slide, or is too small for the back row', async () => {
    const faults: string[] = [];
    for (const [index, { title }] of slides.entries()) {
      await page.evaluate((at) => (location.hash = `#/${at}`), index);
      await page.locator(`.slides > section:nth-child(${index + 1}).present`).waitFor();
      faults.push(...(await slideFaults(page)).map((fault) => `slide ${index + 1}, ${title}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });
});
