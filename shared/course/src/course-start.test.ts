import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { nodeArguments } from '@practical-signalr/lesson-kit';
import { freePort, hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { expect as see } from '@playwright/test';
import { afterEach, expect, test } from 'vitest';
import { errorTexts } from './error-texts.ts';
import { isOwn, startHome } from './home-server.ts';
import { lessonFolder, root, sections } from './sections.ts';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function course(
  command: string[],
  port: number,
): Promise<{ child: ChildProcess; output: () => string; printed: Promise<unknown> }> {
  const child = spawn(process.execPath, [...nodeArguments, 'shared/course/src/cli.ts', ...command], {
    cwd: root,
    env: { ...process.env, PORT: String(port) },
  });
  children.push(child);
  let output = '';
  const printed = once(child.stdout, 'data');
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return { child, output: () => output, printed };
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

test('npm start answers; Ctrl-C ends it with the lesson it started and frees the ports', async () => {
  const port = await freePort();
  const { child, printed, output } = await course(['start'], port);
  await printed;
  expect(output()).toContain(`open http://localhost:${port}`);
  const page = await (await fetch(`http://localhost:${port}/`)).text();
  expect(page).toContain('Practical SignalR for Node');
  const origin = `http://localhost:${port}`;
  const started = await fetch(`${origin}/api/lessons/3/start`, { method: 'POST', headers: { origin } });
  expect(await started.json()).toMatchObject({ state: 'starting', port: 4103 });
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await isFree(port)).toBe(true);
  expect(await isFree(4103)).toBe(true);
});

test.each([
  [['start'], 'Port'],
  [['lesson', '3'], 'Port'],
])('%j on a port in use says so in one sentence', async (command, text) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { child, output } = await course(command, (holder.address() as AddressInfo).port);
  const [code] = (await once(child, 'exit')) as [number];
  holder.close();
  expect(code).toBe(1);
  expect(output()).toMatch(new RegExp(`^${text} \\d+ is in use.*PORT\\.\\n$`));
});

test.each([
  [['lesson', '9'], "There is no lesson '9'."],
  [['nonsense'], "'nonsense' is not a command of the course."],
])('%j is answered with a sentence', async (command, text) => {
  const { child, output } = await course(command, 0);
  const [code] = (await once(child, 'exit')) as [number];
  expect([code, output()]).toEqual([1, expect.stringContaining(text)]);
});

test('a lesson that does not exist yet is in preparation', () => {
  expect(lessonFolder(4, `${root}shared`)).toBeUndefined();
  expect(errorTexts.lessonInPreparation(4)).toContain('Lesson 4 is in preparation.');
});

test('only a page of the home itself may start and stop', () => {
  const request = (method: string, host: string, origin?: string): boolean =>
    isOwn({ method, headers: { host, origin } });
  expect(request('GET', 'localhost:4100')).toBe(true);
  expect(request('POST', 'localhost:4100', 'http://localhost:4100')).toBe(true);
  expect(request('GET', 'evil.example:4100')).toBe(false);
  expect(request('POST', 'localhost:4100', 'http://evil.example')).toBe(false);
  expect(request('POST', 'localhost:4100')).toBe(false);
});

test.runIf(hasChromium())('the home in Chromium: one click starts a lesson and opens it', async () => {
  const lessonPort = await freePort();
  const home = await startHome(0, undefined, (number) => (number === 3 ? lessonPort : 1));
  const browser = await launchChromium();
  try {
    const page = await (await browser.newContext()).newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`http://localhost:${home.port}`);
    await see(page.locator('.stop')).toHaveCount(8);
    const missing = sections.filter(({ number }) => lessonFolder(number) === undefined).length;
    await see(page.getByText('In preparation')).toHaveCount(missing);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 390, height: 844 });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    }
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Start and open lesson 3' }).press('Enter');
    const lesson = await popup;
    await see(lesson.locator('#state')).toHaveText('Connected', { timeout: 15_000 });
    await see(page.getByText(`Running on ${lessonPort}`)).toBeVisible();
    await page.getByRole('button', { name: 'Stop lesson 3' }).click();
    await see(page.getByRole('button', { name: 'Start and open lesson 3' })).toBeVisible();
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await home.close();
  }
});
