import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

// Colors and layout do not depend on each other, so two looks are enough.
const looks = [
  { colorScheme: 'light', size: { width: 1280, height: 800 } },
  { colorScheme: 'dark', size: { width: 390, height: 844 } },
] as const;

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Returns the rules of WCAG 2.2 AA that axe finds violated, each with the HTML of the element. */
export async function axeFindings(page: Page, more: readonly string[] = []): Promise<string[]> {
  // Skip frames, which our pages do not have, and passed rules: this halves the time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.withTags([...wcag, ...more]).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
  );
}

/**
 * Returns a sentence for each accessibility problem of the page in its current state: violations of
 * WCAG 2.2 AA that axe finds, and horizontal scrolling, in light mode on a desktop and in dark mode
 * on a phone.
 * @example expect(await auditPage(page)).toEqual([]);
 */
export async function auditPage(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  const findings: string[] = [];
  for (const { colorScheme, size } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    const where = `${colorScheme}, ${size.width} px`;
    findings.push(
      ...(await axeFindings(page, ['best-practice'])).map((finding) => `${where}: ${finding}`),
    );
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > size.width) findings.push(`${where}: the page is ${width} px wide`);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
  return findings;
}
