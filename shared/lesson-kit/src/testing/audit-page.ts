import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

// Colours do not depend on the width, nor what is where on the colours: two looks show all that four would.
const looks = [
  { colorScheme: 'light', size: { width: 1280, height: 800 } },
  { colorScheme: 'dark', size: { width: 390, height: 844 } },
] as const;

/**
 * What hinders people on the page as it stands: WCAG 2.2 AA as far as axe sees it, and sideways scrolling; in light
 * on a desktop, in dark on a phone. A sentence for each finding.
 * @example expect(await auditPage(page)).toEqual([]);
 */
export async function auditPage(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  const findings: string[] = [];
  for (const { colorScheme, size } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    const where = `${colorScheme}, ${size.width} px`;
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    for (const { id, nodes } of violations) {
      findings.push(...nodes.map(({ html }) => `${where}: ${id}: ${html.slice(0, 200)}`));
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > size.width) findings.push(`${where}: the page is ${width} px wide`);
  }
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
  return findings;
}
