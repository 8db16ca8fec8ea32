import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

// Colors and layout do not depend on each other, so two looks are enough for most pages.
const twoLooks = [
  { colorScheme: 'light', size: desktop },
  { colorScheme: 'dark', size: phone },
] as const;
const allLooks = [
  ...twoLooks,
  { colorScheme: 'dark', size: desktop },
  { colorScheme: 'light', size: phone },
] as const;

/** Sizes at which a page must not scroll sideways, in addition to the looks. */
const moreSizes = [
  { name: 'a projector', size: { width: 1024, height: 768 } },
  // The browser's zoom halves the window of a desktop, in CSS px.
  { name: '200 % zoom', size: { width: 640, height: 400 } },
];

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

/** The options of {@link auditPage}. */
export interface AuditOptions {
  /**
   * `two` (default): light on a desktop and dark on a phone. `all`: light and dark, on a desktop
   * and on a phone. One page of each kind needs all of them, because the pages share their style.
   */
  readonly looks?: 'two' | 'all';
}

/**
 * Returns a sentence for each accessibility problem of the page in its current state: violations of
 * WCAG 2.2 AA that axe finds in each look, animations although the reader prefers reduced motion,
 * and horizontal scrolling, also on a projector and at 200 % zoom.
 * @example expect(await auditPage(page)).toEqual([]);
 */
export async function auditPage(
  page: Page,
  { looks = 'two' }: AuditOptions = {},
): Promise<string[]> {
  const before = page.viewportSize();
  const findings: string[] = [];
  const findHorizontalScrolling = async (where: string, width: number): Promise<void> => {
    const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
    if (scrollWidth > width) findings.push(`${where}: the page is ${scrollWidth} px wide`);
  };
  for (const { colorScheme, size } of looks === 'all' ? allLooks : twoLooks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    const where = `${colorScheme}, ${size.width} px`;
    const violations = await axeFindings(page, ['best-practice']);
    findings.push(...violations.map((finding) => `${where}: ${finding}`));
    await findHorizontalScrolling(where, size.width);
  }
  const animations = await page.evaluate(() => document.getAnimations().length);
  if (animations > 0) findings.push(`reduced motion: ${animations} animations run`);
  for (const { name, size } of moreSizes) {
    await page.setViewportSize(size);
    await findHorizontalScrolling(name, size.width);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before !== null) await page.setViewportSize(before);
  return findings;
}
