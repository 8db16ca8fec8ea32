import type { Page } from '@playwright/test';

/** More stops than a lesson's page has. */
const MOST = 200;

/**
 * What the Tab key visits from the top of the page to its end: accessible names (or texts) in order, without what comes
 * before `from`: a lesson's links to its neighbours depend on which there are.
 */
export async function tabOrder(page: Page, from?: string): Promise<string[]> {
  // Tab goes on from what was focused last: something before everything else.
  await page.evaluate(() => {
    const top = document.createElement('span');
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
  });
  const names: string[] = [];
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (element === null || element === document.body) return undefined;
      const again = element.dataset['tabOrder'] !== undefined;
      element.dataset['tabOrder'] = '';
      const label = (element as HTMLInputElement).labels?.[0]?.cloneNode(true) as
        | HTMLElement
        | undefined;
      label?.querySelector('select')?.remove(); // its options are no part of its name
      const name = element.ariaLabel ?? label?.textContent ?? element.textContent ?? '';
      return { again, name: name.trim() };
    });
    if (stop === undefined || stop.again) break;
    names.push(stop.name);
  }
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('[data-tab-order]'))
      delete element.dataset['tabOrder'];
  });
  return from === undefined ? names : names.slice(names.indexOf(from));
}
