import type { Page } from '@playwright/test';
import { see } from '../see.ts';

/** Follows the link of a lesson to its lab, and waits until the buttons of the lab work. */
export async function openLab(page: Page, title: string): Promise<void> {
  await page.locator('.bar').getByRole('link', { name: 'Lab' }).click();
  await see(page).toHaveTitle(title);
  await page.waitForLoadState();
}
