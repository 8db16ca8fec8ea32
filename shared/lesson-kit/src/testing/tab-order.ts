import type { Page } from '@playwright/test';

/** A limit that is larger than the number of stops of any page. */
const MOST = 200;

/**
 * Returns the accessible names (or texts) of everything that the Tab key reaches, in order. Names
 * before `from` are left out, for example the links to neighboring lessons.
 */
export async function tabOrder(page: Page, from?: string): Promise<string[]> {
  // Focus an element before all others, because Tab continues from the last focused element.
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
      label?.querySelector('select')?.remove(); // its options are not part of its name
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
