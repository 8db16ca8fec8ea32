import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditPage,
  axeFindings,
  colorRules,
  hasChromium,
  launchChromium,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildDeck } from './deck.ts';
import { deckNames } from './deck-names.ts';
import { printDecks } from './print-decks.ts';
import { serveSlides, type ServedSlides } from './serve-slides.ts';
import { slideFaults } from './slide-faults.ts';

describe.runIf(hasChromium())('in Chromium', () => {
  let served: ServedSlides;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    served = await serveSlides(0);
    browser = await launchChromium();
  });
  beforeEach(async () => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 720 },
      colorScheme: 'light',
    });
    const seen = watchProblems(context);
    page = await context.newPage();
    return async () => {
      await context.close();
      expect(seen).toEqual([]); // no request to other hosts, nothing in the console
    };
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  async function open(name: string, how = ''): Promise<void> {
    await page.goto(`${served.url}${name}.html${how}`);
    await slidesReady();
  }

  /** Resolves when the deck handles keys. Its first slide is visible earlier. */
  async function slidesReady(): Promise<void> {
    await page.locator('body.slides-ready').waitFor({ state: 'attached' });
  }

  describe.each(deckNames())('deck %s', (name) => {
    test('no slide has a fault', async () => {
      await open(name);
      const faults: string[] = [];
      for (const [index, { title }] of buildDeck(name).slides.entries()) {
        await page.evaluate((at) => (location.hash = `#/${at}`), index);
        const slide = page.locator(`.slides > section:nth-child(${index + 1}).present > .slide`);
        faults.push(
          ...(await slideFaults(slide)).map((fault) => `slide ${index + 1}, ${title}: ${fault}`),
        );
      }
      expect(faults).toEqual([]);
    });

    test('axe reports nothing in dark and light, and the printed slides have no fault', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      await open(name, '?print-pdf'); // all slides at once
      const findings = await axeFindings(page, colorRules);
      await page.emulateMedia({ colorScheme: 'light' });
      await open(name, '?print-pdf');
      findings.push(...(await axeFindings(page)));
      await page.emulateMedia({ media: 'print' });
      const shown = await page.locator('.pdf-page .slide:visible').all();
      expect(shown).toHaveLength(buildDeck(name).slides.length);
      for (const [index, slide] of shown.entries()) {
        findings.push(
          ...(await slideFaults(slide)).map((fault) => `print, slide ${index + 1}: ${fault}`),
        );
      }
      expect(findings).toEqual([]);
    }, 90_000);
  });

  test('the list of decks is accessible, and links to the decks', async () => {
    await page.goto(served.url);
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole('link', { name: 'Basics' }).click();
    await page.getByRole('heading', { name: 'Basics' }).waitFor();
    await slidesReady();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'One method, one handler' }).waitFor();
  });

  test("S opens the speaker's notes of the slide", async () => {
    await open('03-basics', '#/1');
    const opened = page.waitForEvent('popup');
    await page.keyboard.press('s');
    const notes = await opened;
    await notes.getByText('Two calls by name, in two directions.').waitFor();
  });

  test('a PDF has a page for each slide', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slides-'));
    const files: string[] = [];
    await printDecks(browser, folder, ['03-basics'], (file) => files.push(file));
    expect(files).toEqual([join(folder, '03-basics.pdf')]);
    const pdf = readFileSync(files[0]!, 'latin1');
    rmSync(folder, { recursive: true });
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(buildDeck('03-basics').slides.length);
    expect(pdf).toMatch(/\/MediaBox \[0 0 960 540\]/); // 1280 × 720 px in points
  });
});
