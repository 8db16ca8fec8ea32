import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  hasChromium,
  launchChromium,
  type RunningLesson,
  startLesson,
  see,
} from '../testing/index.ts';

const folder = fileURLToPath(new URL('../../../../lessons/03-basics', import.meta.url));
const RS = '\u001e';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl_-0';
const connectionToken = 'a-connection-token-of-the-test';

describe.runIf(hasChromium())('the wire panel in Chromium', () => {
  let lesson: RunningLesson;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let wire: Locator;
  let lines: Locator;

  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder), launchChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await lesson.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    page = await context.newPage();
    await page.goto(lesson.url);
    await see(page.locator('#state')).toHaveText('Connected');
    wire = page.locator('wire-panel');
    lines = wire.locator('.line');
  });
  afterEach(() => context.close());

  const send = async (text: string): Promise<void> => {
    await page.locator('#message').fill(text);
    await page.locator('#message').press('Enter');
    await see(page.locator('#messages li').last()).toContainText(text);
  };
  const button = (name: string): Locator => wire.getByRole('button', { name, exact: true });
  const copied = async (): Promise<string> => {
    await wire.locator('[data-copy]').click();
    await see(wire.locator('[data-copy]')).toHaveText('Copied');
    return page.evaluate(() => navigator.clipboard.readText());
  };

  test('shows requests of every transport with status and token location, and never a token', async () => {
    const json = {
      contentType: 'application/json',
      body: JSON.stringify({ connectionToken, accessToken: jwt }),
    };
    await page.route('**/fake/negotiate*', (route) => route.fulfill(json));
    await page.route('**/fake?*transport=sse*', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: `data: {"type":6}${RS}\n\n` }),
    );
    await page.route('**/fake?*transport=poll*', (route) =>
      route.fulfill({
        contentType: 'application/octet-stream',
        body:
          route.request().method() === 'GET'
            ? `{"type":1,"target":"Polled","arguments":["${jwt}"]}${RS}`
            : '',
      }),
    );
    await page.evaluate(
      async ([id, token, separator]) => {
        const headers = { Authorization: `Bearer ${token}` };
        await fetch('/fake/negotiate?negotiateVersion=1', { method: 'POST', headers });
        const url = `/fake?id=${id}&transport=`;
        await new Promise<void>((resolve) => {
          const source = new EventSource(`${url}sse&access_token=${token}`);
          source.addEventListener('message', () => resolve());
          source.addEventListener('message', () => source.close());
        });
        await fetch(`${url}poll`, { headers });
        const call = `{"type":1,"invocationId":"7","target":"Posted","arguments":["${id}"]}${separator}`;
        await fetch(`${url}poll`, { method: 'POST', body: call, headers });
        await new Promise((resolve) => {
          const request = new XMLHttpRequest();
          request.open('POST', `${url}poll`);
          request.setRequestHeader('authorization', `Bearer ${token}`);
          request.addEventListener('loadend', resolve);
          request.send(call);
        });
        await fetch(`${url}poll`, { method: 'DELETE' });
        // A browser hides the status of a refused WebSocket from the page.
        await new Promise((resolve) => {
          const socket = new WebSocket(`/messages?id=${id}&access_token=${token}`);
          socket.addEventListener('close', resolve);
        });
      },
      [connectionToken, jwt, RS] as const,
    );
    const text = await copied();
    for (const line of [
      'sent POST negotiate 0 B 200 · token in header · /fake/negotiate?negotiateVersion=1',
      'received negotiate answer',
      'sent GET event stream 0 B 200 · token in query · /fake?id=••••&transport=sse&access_token=••••',
      'received ping 11 B {"type":6}',
      'sent GET poll 0 B 200 · token in header · /fake?id=••••&transport=poll',
      'received invocation',
      '"Polled"',
      'sent POST send 0 B 200 · token in header',
      'sent invocation 7',
      'sent DELETE delete 0 B 200 · no token',
      'sent GET websocket 0 B failed, the browser hides the status · token in query · /messages?id=••••',
    ]) {
      expect(text).toContain(line);
    }
    expect(text.match(/sent invocation 7/g)).toHaveLength(2); // fetch and XMLHttpRequest
    for (const row of await lines.all()) await row.click();
    for (const secret of ['eyJ', connectionToken]) {
      expect(text).not.toContain(secret);
      expect(await wire.innerHTML()).not.toContain(secret);
    }
  });

  test('the page is notified when a request starts and when its status is known', async () => {
    // The kit that the page itself uses; an import in text, since vitest rewrites those in code.
    const address = await page.evaluate(
      () =>
        performance
          .getEntriesByType('resource')
          .find(({ name }) => /lesson-kit\/src\/page\/index/.test(name))?.name,
    );
    const kit = await page.evaluateHandle<typeof import('../page/index.ts')>(
      `import('${address}')`,
    );
    const seen = await page.evaluate(async ({ observeRequests }) => {
      const notified: string[] = [];
      const end = observeRequests(({ method, kind, path, status, failed, tokenIn }) =>
        notified.push([method, kind, path, status ?? failed ?? 'open', tokenIn].join(' ')),
      );
      await fetch('/nothing/negotiate', { method: 'POST', headers: { authorization: 'Bearer a' } });
      await new Promise((resolve) =>
        new WebSocket('/messages?id=x&access_token=y').addEventListener('close', resolve),
      );
      end();
      await fetch('/unobserved/negotiate', { method: 'POST' });
      return notified;
    }, kit);
    expect(seen).toEqual([
      'POST negotiate /nothing/negotiate open header',
      'POST negotiate /nothing/negotiate 404 header',
      'GET websocket /messages open query',
      'GET websocket /messages true query',
    ]);
  });

  test('a row opens to the decoded message, its bytes and its pair, and arrow keys move between rows', async () => {
    await send('hello');
    const call = lines.filter({ hasText: 'invocation 0' });
    await see(call).toContainText('SendMessageToAll("hello")');
    await see(lines.filter({ hasText: 'completion 0' })).toContainText(/\+\d+\.\d ms/);
    await call.click();
    await see(call).toHaveAttribute('aria-expanded', 'true');
    const detail = wire.locator('li.open .detail');
    await see(detail.getByRole('region', { name: 'Decoded' })).toContainText(
      '"target": "SendMessageToAll"',
    );
    await see(detail.getByRole('region', { name: 'Bytes' })).toContainText('"arguments":["hello"]');
    await see(detail.locator('i')).toHaveText('RS');
    await see(detail.locator('p')).toContainText('answered by completion 0');
    await call.press('ArrowDown');
    await page.keyboard.press('Enter');
    await see(wire.locator('li.open')).toHaveCount(2);
    await page.keyboard.press('Home');
    await see(lines.first()).toBeFocused();
    expect(await wire.locator('.line[tabindex="0"]').count()).toBe(1);
  });

  test('follows the newest entry until the user scrolls up, also when its size changes', async () => {
    const newest = button('Back to the newest');
    for (let i = 0; i < 15; i++) await send(`message ${i}`);
    const fromBottom = (): Promise<number> =>
      wire.locator('ol').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
    for (const width of [390, 1280, 1000]) {
      await page.setViewportSize({ width, height: 600 });
      await see.poll(fromBottom).toBeLessThan(2);
      await see(newest).toBeHidden();
    }
    await lines.last().hover();
    await page.mouse.wheel(0, -300);
    await see(newest).toBeVisible();
    await see.poll(fromBottom).toBeGreaterThan(200);
    const shown = await lines.count();
    await send('while the user reads');
    await see(lines).toHaveCount(shown);
    await newest.click();
    await see.poll(fromBottom).toBeLessThan(2);
    await see(lines.filter({ hasText: 'while the user reads' })).toHaveCount(2);
  });

  test('filters, pauses, clears, and can be turned off', async () => {
    await send('first');
    await wire.getByRole('searchbox').fill('RECEIVEMESSAGE');
    await see(lines).toHaveCount(1);
    await send('second');
    await see(lines).toHaveCount(2);
    expect((await copied()).split('\n')).toHaveLength(2);
    await wire.getByRole('searchbox').fill('');
    await button('Pause').click();
    const paused = await lines.count();
    await send('third');
    await see(lines).toHaveCount(paused);
    await button('Pause').click();
    await see(lines.filter({ hasText: 'third' })).toHaveCount(2);
    await button('Clear').click();
    await see(lines).toHaveCount(0);
    await wire.getByRole('switch', { name: 'On' }).uncheck();
    await send('fourth');
    await see(wire).toContainText('off: nothing is recorded');
    await wire.getByRole('switch', { name: 'On' }).check();
    await send('fifth');
    await see(lines.filter({ hasText: 'fifth' })).toHaveCount(2);
    expect(await copied()).not.toContain('fourth');
  });
});
