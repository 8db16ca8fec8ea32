import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  auditPage,
  hasChromium,
  launchChromium,
  pageScriptSize,
  type RunningLesson,
  startLesson,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, expect as see, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the JavaScript of the page is under 60 KB', async () => {
  expect(await pageScriptSize(folder)).toBeLessThan(60_000);
});

test('a WebSocket that brings its token in the query only: broken refuses, fixed opens', async () => {
  const lesson = await startLesson(folder);
  const token = await (await fetch(`${lesson.url}/token`)).text();
  const open = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const request = get(`${lesson.url}${path}?access_token=${token}`, { headers });
      request.on('upgrade', ({ statusCode }, socket) => (socket.destroy(), resolve(statusCode)));
      request.on('response', (response) => (response.resume(), resolve(response.statusCode)));
      request.on('error', reject);
    });
  expect([await open('/broken/messages'), await open('/fixed/messages')]).toEqual([401, 101]);
  const requests = (await (await fetch(`${lesson.url}/requests`)).json()) as { status: number; tokenIn: string }[];
  expect(requests.map(({ status, tokenIn }) => [status, tokenIn])).toEqual([
    [401, 'query'],
    [101, 'query'],
  ]);
  expect(await lesson.stop()).toBe(0);
});

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 6 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
    page = await (await browser.newContext()).newPage();
    await page.goto(lesson.url);
    await see(page.locator('#state')).toHaveText('Connected as alice');
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the whole matrix', { timeout: 90_000 }, async () => {
    await page.locator('#run').click();
    await see(page.locator('#progress')).toHaveText('Done: 60 connections', { timeout: 80_000 });
    const rows = await page.locator('#matrix tr').evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('th, td')].map((cell) => {
          const steps = [...cell.querySelectorAll('li')].map((step) => step.textContent.replace(/GET |POST /, ''));
          const parts = [...cell.querySelectorAll('.badge, p')].map((part) => part.textContent);
          return cell.tagName === 'TH' ? cell.textContent : { result: parts.join(': '), steps };
        }),
      ),
    );
    type Cell = { result: string; steps: string[] };
    const cell = (row: string, hub: 'broken' | 'fixed' | 'anonymous'): Cell =>
      rows.find(([name]) => name === row)![['broken', 'fixed', 'anonymous'].indexOf(hub) + 1] as Cell;
    const negotiated = 'negotiate 200 · token: header';
    expect(rows).toHaveLength(20);

    const healthy = cell('Automatic, good token', 'broken');
    expect(healthy.result).toBe('looks healthy: Long Polling: user alice');
    expect(healthy.steps.slice(0, 6)).toEqual([
      negotiated,
      'websocket 401 · token: query',
      negotiated,
      'event stream 401 · token: query',
      negotiated,
      'poll 200 · token: header',
    ]);
    const socket = { result: 'WebSockets: user alice', steps: [negotiated, 'websocket 101 · token: query'] };
    expect(cell('Automatic, good token', 'fixed')).toEqual(socket);
    expect(cell('WebSockets, good token', 'fixed')).toEqual(socket);
    expect(cell('WebSockets, skipNegotiation, good token', 'fixed')).toEqual({ ...socket, steps: [socket.steps[1]] });
    const silent =
      /^start\(\) rejects: .*WebSocket failed to connect\. The connection could not be found on the server/;
    const refused = cell('WebSockets, good token', 'broken');
    expect(refused.result).toMatch(silent);
    expect(refused.result).not.toContain('401');
    expect(refused.steps).toEqual([negotiated, 'websocket 401 · token: query']);
    const skipped = cell('WebSockets, skipNegotiation, good token', 'broken');
    expect(skipped.result).toMatch(silent);
    expect(skipped.steps).toEqual(['websocket 401 · token: query']);
    const events = cell('Server-Sent Events, good token', 'broken');
    expect(events.result).toMatch(/^start\(\) rejects: .*EventSource failed to connect\./);
    expect(events.steps).toEqual([negotiated, 'event stream 401 · token: query']);
    const streamed = cell('Server-Sent Events, good token', 'fixed');
    expect(streamed.result).toBe('Server-Sent Events: user alice');
    expect(streamed.steps.slice(0, 3)).toEqual([
      negotiated,
      'event stream 200 · token: query',
      'send 200 · token: header',
    ]);
    expect(cell('Long Polling, good token', 'broken').result).toBe('Long Polling: user alice');
    expect(cell('Long Polling, good token', 'fixed').result).toBe('Long Polling: user alice');
    // The stream is nobody's and the POST is alice's: two users for one connection.
    const mixed = cell('Server-Sent Events, good token', 'anonymous');
    expect(mixed.result).toBe("start() rejects: Forbidden: Status code '403'");
    expect(mixed.steps.at(-1)).toBe('send 403 · token: header');
    for (const token of ['good', 'missing', 'bad', 'expired']) {
      expect(cell(`Automatic, ${token} token`, 'anonymous').result).toBe('WebSockets: user nobody');
      if (token === 'good') continue;
      const place = token === 'missing' ? 'none' : 'header';
      for (const transport of ['Automatic', 'WebSockets', 'Server-Sent Events', 'Long Polling']) {
        for (const hub of ['broken', 'fixed'] as const) {
          expect(cell(`${transport}, ${token} token`, hub)).toEqual({
            result:
              "start() rejects: Failed to complete negotiation with the server: Error: Unauthorized: Status code '401'",
            steps: [`negotiate 401 · token: ${place}`],
          });
        }
      }
    }
  });

  test('the difference on the page', async () => {
    await see(page.locator('#difference .add')).toHaveCount(6);
  });

  test.each([
    ['token in the log', /^The whole token is in the log; here with dots: .*access_token=••••/],
    ['log that redacts', /^No token in \d+ lines\.$/],
    ['expired on a WebSocket', 'A second after the end of the token the call still works, as alice.'],
    ['close at expiry', 'The server has closed the connection at the end of the token.'],
    ['expired with Long Polling', "Unauthorized: Status code '401'. State Connected, factory called 1 times."],
    ['the cure for it', 'The call works, as alice. State Connected, factory called 2 times.'],
    ['claim name for sub', 'Sent to user alice: no error, heard by nobody. The hub sees null.'],
    ['guarded method', "Failed to invoke 'Guarded' because user is unauthorized"],
    ['another origin', 'Failed to complete negotiation with the server: TypeError: Failed to fetch'],
    ['without credentials', 'It connects.'],
    ['announce without token', '401 Bearer'],
  ])('on purpose: %s', { timeout: 20_000 }, async (name, text) => {
    const row = page.locator('#failures tr').filter({ has: page.getByRole('button', { name, exact: true }) });
    await row.getByRole('button').click();
    await see(row.locator('td').nth(1)).toHaveText(text, { timeout: 15_000 });
  });

  if (production) return;
  test('everybody can use it', { timeout: 90_000 }, async () => {
    expect(await auditPage(page)).toEqual([]);
  });
});
