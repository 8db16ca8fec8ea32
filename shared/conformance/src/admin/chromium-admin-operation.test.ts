import { hasChromium, launchChromium, watchProblems } from '@practical-signalr/lesson-kit/testing';
import { afterAll, afterEach, beforeAll, expect, test as baseTest } from 'vitest';
import { type Browser, cleanups, connectUser, type Page, startAdminApp } from './admin-app.ts';

const test = baseTest.runIf(hasChromium());
const name = 'ann';
let browser: Browser;

beforeAll(async () => {
  if (hasChromium()) browser = await launchChromium();
});
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});
afterAll(() => browser?.close());

/** Opens the admin page. A script may change the browser first. */
async function open(url: string, script = '') {
  const context = await browser.newContext();
  const problems = watchProblems(context);
  await context.addInitScript(script);
  const page = await context.newPage();
  cleanups.push(() => context.close());
  await page.goto(`${url}/admin/`);
  await expect.poll(() => page.locator('#health').textContent()).toBe('Healthy');
  return { page, problems };
}

/** Waits until the page shows a state that it requests after this call. */
async function refreshed(page: Page): Promise<void> {
  const shown = (): Promise<string | null> => page.locator('#process').textContent();
  await page.evaluate("document.querySelector('#process').textContent = ''");
  await expect.poll(shown).not.toBe('');
  await page.evaluate("document.querySelector('#process').textContent = ''");
  await expect.poll(shown).not.toBe('');
}

const focused = (page: Page): Promise<string | null> =>
  page.evaluate('document.activeElement.getAttribute("aria-label")');

const rows = (page: Page) => page.locator('#list-rows tr');

test('an update keeps the selected text and the focus', async () => {
  const url = await startAdminApp();
  await connectUser(url, name);
  const bob = await connectUser(url, 'bob');
  const { page, problems } = await open(url);
  const id = await rows(page).locator('code').first().textContent();
  await page.evaluate(
    "getSelection().selectAllChildren(document.querySelector('#list-rows code'))",
  );
  await refreshed(page);
  expect(await page.evaluate('getSelection().toString()')).toBe(id);

  // The dialog returns the focus to its button.
  const disconnect = rows(page).first().getByRole('button', { name: 'Disconnect' });
  await disconnect.press('Enter');
  await refreshed(page);
  await page.keyboard.press('Escape');
  expect(await focused(page)).toBe(`Disconnect: connection ${id}`);

  // The row with the focus disappears.
  await rows(page).last().getByRole('button', { name: 'Send' }).focus();
  await bob.connection.stop();
  await expect.poll(() => rows(page).count()).toBe(1);
  expect(await focused(page)).toBe('List of clients');
  expect(problems).toEqual([]);
});

test('the dialog does not disconnect with a second Enter, and the result is next to the list', async () => {
  const url = await startAdminApp();
  const ann = await connectUser(url, name);
  const { page } = await open(url);
  const disconnect = rows(page).first().getByRole('button', { name: 'Disconnect' });
  await disconnect.press('Enter');
  await page.keyboard.press('Enter');
  await refreshed(page);
  expect(ann.isClosed()).toBe(false);
  await disconnect.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).press('Enter');
  await expect.poll(ann.isClosed).toBe(true);
  const clients = page.locator('.card', { hasText: 'Clients of this server' });
  await expect.poll(() => clients.innerText()).toContain('● Disconnected on this server: 1');
});

test('names with line breaks and invisible characters differ, and commands use them exactly', async () => {
  const url = await startAdminApp();
  const names = ['a\nb', 'ab', '\u202egnp', '__proto__', 'a\u0000b'];
  const clients: Awaited<ReturnType<typeof connectUser>>[] = [];
  for (const group of names) {
    const client = await connectUser(url, `user ${clients.length}`);
    await client.connection.invoke('join', group);
    clients.push(client);
  }
  const { page, problems } = await open(url);
  await page.getByRole('button', { name: 'Groups', exact: true }).click();
  const shown = ['a\\u000ab', 'ab', '\\u202egnp', '__proto__', 'a\\u0000b'];
  await expect.poll(() => rows(page).locator('code').allTextContents()).toEqual(shown);
  await page.locator('#method').fill('Notice');
  for (const [index, client] of clients.entries()) {
    await rows(page).nth(index).getByRole('button', { name: 'Send' }).click();
    expect(await page.locator('#name').inputValue()).toBe(shown[index]);
    await page.locator('#arguments').fill(`[${index}]`);
    await page.getByRole('button', { name: 'Send', exact: true }).last().click();
    await expect.poll(() => client.received).toEqual([[index]]);
  }
  // A name that the operator writes is not a shown name.
  await page.locator('#name').fill('ab');
  await page.locator('#arguments').fill('["written"]');
  await page.getByRole('button', { name: 'Send', exact: true }).last().click();
  await expect.poll(() => clients[1]?.received).toEqual([[1], ['written']]);
  expect(clients[0]?.received).toEqual([[0]]);
  expect(problems).toEqual([]);
});

test('a name that is too long for a command has no buttons', async () => {
  const url = await startAdminApp();
  await connectUser(url, 'x'.repeat(1001));
  const { page } = await open(url);
  await page.getByRole('button', { name: 'Users', exact: true }).click();
  await expect.poll(() => rows(page).innerText()).toContain('The name is too long');
  expect(await rows(page).getByRole('button').count()).toBe(0);
});

test('if clients disconnect, the last page of the list that still exists is shown', async () => {
  const url = await startAdminApp();
  const ann = await connectUser(url, name);
  const bob = await connectUser(url, 'bob');
  for (let i = 0; i < 51; i++) await ann.connection.invoke('join', `group ${i}`);
  await bob.connection.invoke('join', 'group 50');
  const { page } = await open(url);
  await page.getByRole('button', { name: 'Groups', exact: true }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => page.locator('#page-number').textContent()).toBe('Page 2 of 2');
  await ann.connection.stop();
  await expect.poll(() => page.locator('#page-number').textContent()).toBe('Page 1 of 1');
  expect(await rows(page).locator('code').allTextContents()).toEqual(['group 50']);
});

test('a second click does not send a message twice', async () => {
  const release: (() => void)[] = [];
  const url = await startAdminApp((request, _response, next) => {
    if (request.path === '/send') release.push(next);
    else next();
  });
  const ann = await connectUser(url, name);
  const { page } = await open(url);
  await page.locator('#method').fill('Notice');
  await page.getByRole('button', { name: 'Send', exact: true }).last().dblclick();
  expect(await page.locator('#result').textContent()).toBe('Sending…');
  await refreshed(page);
  for (const next of release) next();
  await expect.poll(() => page.locator('#result').textContent()).toBe('● Sent');
  expect(ann.received).toEqual([[]]);
});

/** Lets the test determine when a request has taken too long, instead of a clock. */
const controlledTimeouts = `{
  let controller;
  AbortSignal.timeout = (time) => {
    globalThis.timeLimit = time;
    controller = new AbortController();
    return controller.signal;
  };
  globalThis.reachTimeLimit = () => controller.abort(new DOMException('', 'TimeoutError'));
}`;

test('if the server cannot be used, the page says why, shows no health, and recovers', async () => {
  let answer: Parameters<typeof startAdminApp>[0];
  const url = await startAdminApp((request, response, next) => {
    if (answer === undefined) next();
    else void answer(request, response, next);
  });
  await connectUser(url, name);
  const { page } = await open(url, controlledTimeouts);
  expect(await page.evaluate('timeLimit')).toBe(10_000);
  const unanswered: (() => void)[] = [];
  const answers: [string, NonNullable<typeof answer>][] = [
    [
      'has not responded for 10 seconds',
      (_request, _response, next) => {
        unanswered.push(next);
        if (unanswered.length === 1) void page.evaluate('reachTimeLimit()');
      },
    ],
    ['cannot be reached', (request) => request.socket.destroy()],
    ['no longer logged in', (_request, response) => void response.sendStatus(401)],
    [
      'may have ended',
      (_request, response) => void response.status(403).type('text').send('Forbidden'),
    ],
    [
      'The response has status 502.',
      (_request, response) => void response.status(502).send('<html>nginx</html>'),
    ],
    ['no longer logged in', (_request, response) => response.redirect('https://login.example/')],
  ];
  for (const [text, next] of answers) {
    answer = next;
    const problem = page.locator('#problem');
    await expect.poll(() => page.locator('#health').textContent()).toBe('Unknown');
    expect(await problem.textContent()).toContain(text);
    expect(await problem.textContent()).toMatch(/The page shows the state at \d\d:\d\d:\d\d\./);
    expect(await problem.textContent()).not.toContain('<html>');
    expect(await rows(page).count()).toBe(1);
    answer = undefined;
    for (const respond of unanswered.splice(0)) respond();
    await expect.poll(() => page.locator('#health').textContent()).toBe('Healthy');
    expect(await problem.isVisible()).toBe(false);
  }
});
