import type { Page } from '@playwright/test';
import { see } from '../see.ts';

/** What one row of an explained outcome table shows after its buttons were pressed. */
export interface PlayedOutcome {
  readonly action: string;
  /** `As expected` or `Different`. */
  readonly badge: string;
  readonly result: string;
  /** The result of the cure, if the row has the button **Try the cure**. */
  readonly cure?: string;
}

/**
 * Presses every button of an explained outcome table, one after the other, and returns what its
 * rows show.
 * @param table selector of the table. A `<details>` around it is opened.
 * @param only the actions of the rows to play; default: all rows.
 * @example
 * const played = await playOutcomes(page, '#failures');
 * expect(played).toEqual([{ action: 'Call an unknown method', … }]);
 */
export async function playOutcomes(
  page: Page,
  table: string,
  only?: readonly string[],
): Promise<PlayedOutcome[]> {
  await page.locator(table).evaluate((element) => {
    element.closest('details')?.setAttribute('open', '');
  });
  const rows = page.locator(`${table} tbody tr:not(.group)`);
  const played: PlayedOutcome[] = [];
  for (let index = 0; index < (await rows.count()); index++) {
    const cells = rows.nth(index).locator('td');
    const action = cells.nth(0).getByRole('button');
    if (only?.includes(await action.innerText()) === false) continue;
    await action.click();
    const badge = cells.nth(1).locator('.badge');
    await see(badge).toHaveText(/./);
    const cureButton = cells.nth(3).getByRole('button');
    const hasCure = (await cureButton.count()) > 0;
    const cure = cells.nth(3).locator('button + p');
    if (hasCure) {
      await cureButton.click();
      await see(cure).toHaveText(/./);
    }
    played.push({
      action: await action.innerText(),
      badge: await badge.innerText(),
      result: await cells.nth(1).locator('p').first().innerText(),
      ...(hasCure ? { cure: await cure.innerText() } : {}),
    });
  }
  return played;
}
