import { expect } from '@playwright/test';
import { HANG_LIMIT } from './hang-limit.ts';

/**
 * Playwright's `expect`, which waits until the page shows what is expected. It waits longer than
 * by default, because a slow machine is not a failure.
 * @example await see(page.locator('#state')).toHaveText('Connected');
 */
export const see = expect.configure({ timeout: HANG_LIMIT });
