import {
  auditPage,
  hasChromium,
  launchChromium,
  layoutFaults,
  watchProblems,
} from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, cleanups, connectUser, type Page, startAdminApp } from './admin-app.ts';

const html = `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;
const folder = process.env['SCREENSHOTS'];

let browser: Browser;
beforeAll(async () => {
  if (hasChromium()) browser = await launchChromium();
});
afterAll(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  await browser?.close();
});

/** Returns the name of the focused element, in the page. */
const focusedName = `(() => {
  const { activeElement } = document;
  const label = activeElement.labels?.[0]?.textContent;
  return activeElement.getAttribute('aria-label') ?? label ?? activeElement.textContent;
})()`;

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(focusedName);
    if (focused.trim().startsWith(name)) return;
  }
  throw new Error(`Tab does not reach '${name}'.`);
}

test.runIf(hasChromium())(
  'the admin page is accessible, shows names as text, sends, and disconnects with the keyboard only',
  async () => {
    const url = await startAdminApp();
    const ann = await connectUser(url, 'ann');
    const bob = await connectUser(url, html);
    await ann.connection.invoke('join', html);
    for (let i = 0; i < 5; i++) await bob.connection.invoke('fail').catch(() => undefined);
    const context = await browser.newContext();
    const problems = watchProblems(context);
    const page = await context.newPage();
    await page.goto(`${url}/admin`);

    // What the page shows.
    await expect.poll(() => page.locator('#list-rows tr').count()).toBe(2);
    expect(await page.locator('#health').textContent()).toBe('Healthy');
    expect(await page.locator('#hubs tr').first().innerText()).toMatch(/ChatHub[\s\S]*Healthy/);
    expect(await page.locator('.uplot canvas').count()).toBe(3);
    expect(await page.locator('#list-rows').innerText()).toContain(html);
    for (const list of ['Groups', 'Users', 'Connections']) {
      await page.getByRole('button', { name: list, exact: true }).click();
      const cell = page.locator('#list-rows').getByText(html, { exact: true });
      await expect.poll(() => cell.count()).toBeGreaterThan(0);
    }
    expect(await page.title()).toBe('SignalR server');
    expect(await page.locator('#list-rows :is(img, script)').count()).toBe(0);

    // How it looks.
    expect(await auditPage(page, { looks: 'all' })).toEqual([]);
    const long = '0123456789'.repeat(20);
    const rate = '1,234,567.8 (1,234,567.8 failed)';
    expect(
      await layoutFaults(page, { '#list-rows code': long, '#hubs code': long, '#calls-now': rate }),
    ).toEqual([]);
    if (folder !== undefined) {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 390]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          await page.waitForTimeout(2500);
          await page.screenshot({
            path: `${folder}/admin-${colorScheme}-${width}.png`,
            fullPage: true,
          });
        }
      }
    }

    // A message to one user, with the keyboard only.
    await page.reload();
    await tabTo(page, 'Users');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Search');
    await page.keyboard.type('ann');
    await expect.poll(() => page.locator('#list-rows tr').count()).toBe(1);
    await tabTo(page, 'Send: user ann');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Notice');
    await tabTo(page, 'Arguments');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('["<b>hello</b>"]');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#result').textContent()).toBe('● Sent');
    await expect.poll(() => ann.received).toEqual([['<b>hello</b>']]);
    expect(bob.received).toEqual([]);

    // Disconnecting asks first.
    const button = page.getByRole('button', { name: 'Disconnect: user ann' });
    await button.press('Enter');
    await page.getByRole('button', { name: 'Keep' }).press('Enter');
    expect(ann.isClosed()).toBe(false);
    await button.press('Enter');
    expect(await page.locator('#confirm-text').textContent()).toContain('the user ann?');
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).press('Enter');
    await expect.poll(ann.isClosed).toBe(true);
    await expect.poll(() => page.locator('#list-rows tr').count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  },
);
