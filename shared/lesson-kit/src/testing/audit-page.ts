import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

// Colours do not depend on the width, nor what is where on the colours: two looks show all that four would.
const looks = [
  { colorScheme: 'light', size: { width: 1280, height: 800 } },
  { colorScheme: 'dark', size: { width: 390, height: 844 } },
] as const;

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The HTML of all that breaks WCAG 2.2 AA on the page, behind the name of the rule, as far as axe sees it. */
export async function axeFindings(page: Page, more: readonly string[] = []): Promise<string[]> {
  // Our pages have no frames, whose results axe would collect in a page of its own, and what passes is told to nobody: half of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.withTags([...wcag, ...more]).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
  );
}

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
