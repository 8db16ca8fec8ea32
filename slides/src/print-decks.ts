import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { serveSlides } from './serve-slides.ts';

/**
 * Prints decks as PDF files to `folder`, one slide per page, in light colors. Calls `printed` with
 * each file.
 */
export async function printDecks(
  browser: Browser,
  folder: string,
  names: readonly string[],
  printed: (file: string) => void = () => undefined,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const slides = await serveSlides(0);
  const page = await browser.newPage({ colorScheme: 'light' });
  try {
    for (const name of names) {
      await page.goto(`${slides.url}${name}.html?print-pdf`);
      await page.locator('body.slides-ready').waitFor({ state: 'attached' });
      const path = join(folder, `${name}.pdf`);
      await page.pdf({
        path,
        preferCSSPageSize: true,
        printBackground: true,
        tagged: true,
        outline: true,
      });
      printed(path);
    }
  } finally {
    await page.close();
    await slides.close();
  }
}
