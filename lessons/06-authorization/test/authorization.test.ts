import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  auditPage,
  hasChromium,
  launchChromium,
  type RunningLesson,
  startLesson,
  tabOrder,
  watchProblems,
  see,
} from '@practical-signalr/lesson-kit/testing';
import { type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

describe('without a browser', () => {
  let lesson: RunningLesson;
  beforeAll(async () => {
    lesson = await startLesson(folder);
  });
  afterAll(async () => {
    expect(await lesson.stop()).toBe(0);
  });
  const token = async (query = ''): Promise<string> =>
    (await fetch(`${lesson.url}/token?${query}`)).text();

  /** The status of an upgrade that brings what it has in the query only, as a browser does. */
  const upgrade = (path: string, query: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const request = get(`${lesson.url}${path}?access_token=${query}`, { headers });
      request.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode);
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
    });

  test('a WebSocket that brings its token in the query only: broken refuses, fixed opens', async () => {
    const good = await token();
    expect([
      await upgrade('/broken/messages', good),
      await upgrade('/fixed/messages', good),
    ]).toEqual([401, 101]);
    const requests = (await (await fetch(`${lesson.url}/requests`)).json()) as {
      status: number;
      tokenIn: string;
    }[];
    expect(requests.map(({ status, tokenIn }) => [status, tokenIn])).toEqual([
      [401, 'query'],
      [101, 'query'],
    ]);
  });

  test.each(['broken', 'fixed'])('the %s hub says what it misses', async (hub) => {
    const negotiate = async (authorization?: string): Promise<[number, string | null]> => {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, headers: answer } = await fetch(`${lesson.url}/${hub}/messages/negotiate`, {
        method: 'POST',
        headers,
      });
      return [status, answer.get('www-authenticate')];
    };
    expect(await negotiate()).toEqual([401, 'Bearer']);
    expect(await negotiate('Bearer testing')).toEqual([401, 'Bearer error="invalid_token"']);
    const [status, challenge] = await negotiate(`Bearer ${await token('seconds=-1')}`);
    expect([status, challenge]).toEqual([
      401,
      expect.stringMatching(
        /^Bearer error="invalid_token", error_description="The token expired at /,
      ),
    ]);
    expect(await negotiate(`Bearer ${await token()}`)).toEqual([200, null]);
  });

  test('a ticket needs a token, opens once, and is no token', async () => {
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${lesson.url}/ticket`, { method: 'POST', headers });
    const refused = await ask({});
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const good = await token();
    const ticket = await (await ask({ authorization: `Bearer ${good}` })).text();
    expect(ticket).not.toContain('.');
    expect(await upgrade('/fixed/messages', ticket)).toBe(401);
    expect(await upgrade('/ticket/messages', good)).toBe(401);
    expect(await upgrade('/ticket/messages', ticket)).toBe(101);
    expect(await upgrade('/ticket/messages', ticket)).toBe(401);
  });

  test.each([
    ['seconds=soon', 400],
    ['seconds=1e9', 400],
    ['claim=exp', 400],
    ['name=a&name=b', 400],
    [`name=${'n'.repeat(1000)}`, 200],
  ])('GET /token?%s', async (query, status) => {
    expect((await fetch(`${lesson.url}/token?${query}`)).status).toBe(status);
  });
});

/** What Chromium says of refused requests, whoever catches their errors. */
const intended =
  /status of 40[13] |^WebSocket connection to '\S+' failed: (HTTP Authentication failed|Error during WebSocket handshake: Unexpected response code: 401)/;

const modes = [
  ['development', false],
  ['production', true],
] as const;
describe.runIf(hasChromium()).each(modes)('lesson 6 in Chromium, %s', (_mode, production) => {
  let lesson: RunningLesson;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  beforeAll(async () => {
    [lesson, browser] = await Promise.all([startLesson(folder, { production }), launchChromium()]);
    const context = await browser.newContext();
    problems = watchProblems(context);
    page = await context.newPage();
    await page.goto(lesson.url);
    await see(page.locator('#state')).toHaveText('Connected · WebSockets · alice');
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    expect(await lesson.stop()).toBe(0);
  });

  test('the result of the chat: transport, user, time, one line for each request', async () => {
    await see(page.locator('#result .badge.good')).toHaveText('WebSockets');
    await see(page.locator('#result p')).toHaveText(/^user alice, \d+ ms$/);
    await see(page.locator('#result li')).toHaveText([
      'POST negotiate 200 · token in header',
      'GET websocket 101 · token in query',
    ]);
  });

  test('the difference on the page', async () => {
    await see(page.locator('#difference .add')).toHaveCount(6);
    await see(page.locator('#difference .del')).toHaveCount(0);
    await see(page.locator('#difference')).toContainText('onMessageReceived');
  });

  test('the chat by another door: broken and automatic end on Long Polling, and both chat', async () => {
    const other = await page.context().newPage();
    await other.goto(lesson.url);
    await other.getByLabel('Name').fill('bob');
    await other.getByLabel('Hub').selectOption('broken');
    await other.getByRole('button', { name: 'Connect', exact: true }).click();
    await see(other.locator('#state')).toHaveText('Connected · Long Polling · bob');
    await see(other.locator('#result .badge.warn')).toHaveText('looks healthy: Long Polling');
    await other.locator('#message').fill('through the back door');
    await other.locator('#message').press('Enter');
    await see(page.locator('#messages li').last()).toContainText('through the back door');
    await other.close();
    expect(problems.splice(0).filter((text) => !intended.test(text))).toEqual([
      expect.stringContaining("Failed to start the transport 'WebSockets'"),
      expect.stringContaining("Failed to start the transport 'ServerSentEvents'"),
    ]);
  });

  if (production) return; // the page's code is the same: what a build may break is seen by now
  test('the whole matrix', async () => {
    await page.locator('#run').click();
    await see(page.locator('#progress')).toHaveText('Done: 60 connections');
    const rows = await page.locator('#matrix tr').evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('th, td')].map((cell) => {
          const steps = [...cell.querySelectorAll('li')].map((step) =>
            step.textContent.replace(/GET |POST /, ''),
          );
          const parts = [...cell.querySelectorAll('.badge, p')].map((part) =>
            part.textContent.replace(/, \d+ ms$/, ''),
          );
          return cell.tagName === 'TH' ? cell.textContent : { result: parts.join(': '), steps };
        }),
      ),
    );
    type Cell = { result: string; steps: string[] };
    const cell = (row: string, hub: 'broken' | 'fixed' | 'anonymous'): Cell =>
      rows.find(([name]) => name === row)![
        ['broken', 'fixed', 'anonymous'].indexOf(hub) + 1
      ] as Cell;
    const negotiated = 'negotiate 200 · token in header';
    expect(rows).toHaveLength(20);

    const healthy = cell('Automatic, good token', 'broken');
    expect(healthy.result).toBe('looks healthy: Long Polling: user alice');
    expect(healthy.steps.slice(0, 6)).toEqual([
      negotiated,
      'websocket 401 · token in query',
      negotiated,
      'event stream 401 · token in query',
      negotiated,
      'poll 200 · token in header',
    ]);
    const socket = {
      result: 'WebSockets: user alice',
      steps: [negotiated, 'websocket 101 · token in query'],
    };
    expect(cell('Automatic, good token', 'fixed')).toEqual(socket);
    expect(cell('WebSockets, good token', 'fixed')).toEqual(socket);
    expect(cell('WebSockets, skipNegotiation, good token', 'fixed')).toEqual({
      ...socket,
      steps: [socket.steps[1]],
    });
    const silent =
      /^start\(\) rejects: .*WebSocket failed to connect\. The connection could not be found on the server/;
    const refused = cell('WebSockets, good token', 'broken');
    expect(refused.result).toMatch(silent);
    expect(refused.result).not.toContain('401');
    expect(refused.steps).toEqual([negotiated, 'websocket 401 · token in query']);
    const skipped = cell('WebSockets, skipNegotiation, good token', 'broken');
    expect(skipped.result).toMatch(silent);
    expect(skipped.steps).toEqual(['websocket 401 · token in query']);
    const events = cell('Server-Sent Events, good token', 'broken');
    expect(events.result).toMatch(/^start\(\) rejects: .*EventSource failed to connect\./);
    expect(events.steps).toEqual([negotiated, 'event stream 401 · token in query']);
    const streamed = cell('Server-Sent Events, good token', 'fixed');
    expect(streamed.result).toBe('Server-Sent Events: user alice');
    expect(streamed.steps.slice(0, 3)).toEqual([
      negotiated,
      'event stream 200 · token in query',
      'send 200 · token in header',
    ]);
    expect(cell('Long Polling, good token', 'broken').result).toBe('Long Polling: user alice');
    expect(cell('Long Polling, good token', 'fixed').result).toBe('Long Polling: user alice');
    // The stream is nobody's and the POST is alice's: two users for one connection.
    const mixed = cell('Server-Sent Events, good token', 'anonymous');
    expect(mixed.result).toBe("start() rejects: Forbidden: Status code '403'");
    expect(mixed.steps.at(-1)).toBe('send 403 · token in header');
    for (const token of ['good', 'missing', 'bad', 'expired']) {
      expect(cell(`Automatic, ${token} token`, 'anonymous').result).toBe('WebSockets: user nobody');
      if (token === 'good') continue;
      const place = token === 'missing' ? 'no token' : 'token in header';
      for (const transport of ['Automatic', 'WebSockets', 'Server-Sent Events', 'Long Polling']) {
        for (const hub of ['broken', 'fixed'] as const) {
          expect(cell(`${transport}, ${token} token`, hub)).toEqual({
            result:
              "start() rejects: Failed to complete negotiation with the server: Error: Unauthorized: Status code '401'",
            steps: [`negotiate 401 · ${place}`],
          });
        }
      }
    }
    expect(problems.splice(0).filter((text) => !intended.test(text))).toEqual([]);
  });

  const failures: [string, string | RegExp][] = [
    [
      'token in the console',
      /^The client logs the whole token, here with dots: .*access_token=••••.* With redact: gone\.$/,
    ],
    [
      'token in the access log',
      /^A naive log of the server holds the whole token, one that redacts no token: GET \/quiet\/messages\?attempt=[\w-]+&id=••••&access_token=••••$/,
    ],
    [
      'expired on a WebSocket',
      'A second after the end of the token the call still works, as alice.',
    ],
    [
      'close at expiry',
      /^Closed \d\.\d s after the end of the token; connected again as alice, the factory asked 2 times more\.$/,
    ],
    [
      'expired with Long Polling',
      "Unauthorized: Status code '401'. State Connected, factory asked 1 times.",
    ],
    ['the cure for it', 'The call works, as alice. State Connected, factory asked 2 times.'],
    ['claim name for sub', 'Sent to user alice: no error, heard by nobody. The hub sees null.'],
    ['guarded method', "Failed to invoke 'guarded' because user is unauthorized"],
    [
      'another origin',
      'Failed to complete negotiation with the server: TypeError: Failed to fetch',
    ],
    ['without credentials', 'It connects.'],
    ['the origin named', 'It connects.'],
    ['announce without token', '401 Bearer'],
    ['announce with token', 'no error'],
    ['one-time ticket', 'Connected as alice. The same ticket again: refused.'],
    [
      'refresh while connected',
      /^Refresh: 200 \{"tokenLifetimeSeconds":(5\d|60)\}\. A second after the end of the first token: Connected\.$/,
    ],
  ];
  describe('on purpose', () => {
    const row = (name: string) =>
      page.locator('#failures tr').filter({ has: page.getByRole('button', { name, exact: true }) });
    beforeAll(async () => {
      problems.length = 0;
      for (const [name] of failures) await row(name).getByRole('button').click(); // each has a connection of its own
    });
    test.each(failures)('%s', async (name, text) => {
      await see(row(name).locator('td').nth(1)).toHaveText(text);
    });
    test('the close comes with the end of the token, not before', async () => {
      const said = await row('close at expiry').locator('td').nth(1).textContent();
      expect(Number(/^Closed (\d\.\d) s/.exec(said ?? '')?.[1])).toBeGreaterThanOrEqual(0);
    });
    test('no other problem stands in the console', async () => {
      const others = problems.filter((text) => !intended.test(text));
      const blocked =
        /\/any-origin\/.* blocked by CORS policy: .* must not be the wildcard '\*' when .* credentials/;
      expect(others.some((text) => blocked.test(text))).toBe(true);
      expect(
        others.filter(
          (text) => !blocked.test(text) && text !== 'Failed to load resource: net::ERR_FAILED',
        ),
      ).toEqual([]);
    });
  });

  test('everybody can use it', async () => {
    expect(await auditPage(page)).toEqual([]);
    const stops = await tabOrder(page, 'Course');
    expect(stops.slice(0, 16)).toEqual([
      'Course',
      'Name',
      'Token',
      'Token lives',
      'Hub',
      'Transport',
      'Connect',
      'Run the whole matrix',
      'Matrix',
      'Difference',
      'Send to',
      'Message',
      'Send',
      'Join Private Group',
      'Drop my connection',
      'Join again after a drop',
    ]);
    expect(stops.slice(16, 16 + failures.length)).toEqual(failures.map(([name]) => name));
    expect(stops.slice(16 + failures.length)).toContain('Pause');
  });
});
