import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

/** Rules of axe, by their tags or their names. */
export type AxeRules = { readonly tags: readonly string[] } | { readonly names: readonly string[] };

/** How a page is seen. */
interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly size: { readonly width: number; readonly height: number };
  /** The rules that axe checks; default: WCAG 2.2 AA and best practices. */
  readonly rules?: AxeRules;
}

/** The rules of axe whose result depends on the color scheme. */
export const colorRules: AxeRules = { names: ['color-contrast', 'link-in-text-block'] };

// Colors and layout do not depend on each other, so two looks are enough for most pages.
const twoLooks: readonly Look[] = [
  { colorScheme: 'light', size: desktop },
  { colorScheme: 'dark', size: phone },
];
const allLooks: readonly Look[] = [
  ...twoLooks,
  { colorScheme: 'dark', size: desktop, rules: colorRules },
  { colorScheme: 'light', size: phone, rules: colorRules },
];

/** Sizes at which a page must not scroll sideways, in addition to the looks. */
const moreSizes = [
  { name: 'a projector', size: { width: 1024, height: 768 } },
  // The browser's zoom halves the window of a desktop, in CSS px.
  { name: '200 % zoom', size: { width: 640, height: 400 } },
];

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const wcagAndBestPractice: AxeRules = { tags: [...wcag, 'best-practice'] };

/**
 * Returns the rules that axe finds violated, each with the HTML of the element.
 * @param rules the rules to check; default: those of WCAG 2.2 AA.
 */
export async function axeFindings(page: Page, rules: AxeRules = { tags: wcag }): Promise<string[]> {
  // Skip frames, which our pages do not have, and passed rules: this halves the time.
  const axe = new AxeBuilder({ page, ...(await sourceFor(page)) })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] });
  if ('tags' in rules) axe.withTags([...rules.tags]);
  else axe.withRules([...rules.names]);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
  );
}

/**
 * Returns a script that does nothing for a page that has axe already: half a megabyte would be sent
 * and compiled for each look. For other pages, returns nothing, so that axe's own source is used.
 */
async function sourceFor(page: Page): Promise<{ axeSource?: string }> {
  const hasAxe = await page.evaluate(() => 'axe' in globalThis);
  return hasAxe ? { axeSource: 'void 0;' } : {};
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
  for (const { colorScheme, size, rules = wcagAndBestPractice } of looks === 'all'
    ? allLooks
    : twoLooks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    const where = `${colorScheme}, ${size.width} px`;
    const violations = await axeFindings(page, rules);
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
