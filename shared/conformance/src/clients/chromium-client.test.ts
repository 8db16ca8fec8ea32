import { fileURLToPath } from 'node:url';
import { hasChromium, launchChromium } from '@practical-signalr/lesson-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from 'vite';
import {
  cellName,
  cells,
  type CheckServer,
  forgedToken,
  startCheckServer,
} from './check-server.ts';
import { allPassed, type CheckResults, type CheckTarget } from './client-checks.ts';

/** `page-checks.ts`, as the page has it. */
declare const pageChecks: {
  run(target: CheckTarget): Promise<CheckResults>;
  refusal(target: CheckTarget): Promise<string | undefined>;
};

/** The list with its clients as one script. Vite is here for the lessons' pages already. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('page-checks.ts', import.meta.url));
  const lib = { entry, formats: ['iife' as const], name: 'pageChecks' };
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib },
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

describe.skipIf(!hasChromium())('the official client in Chromium, the list of all clients', () => {
  let server: CheckServer;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Awaited<ReturnType<typeof browser.newPage>>;
  beforeAll(async () => {
    server = await startCheckServer();
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(server.url);
    await page.addScriptTag({ content: await bundle() });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test.each(cells.map((cell) => [cellName(cell), cell] as const))(
    '%s: the whole list',
    async (_name, cell) => {
      const target = { ...cell, url: server.url };
      expect(await page.evaluate((one) => pageChecks.run(one), target)).toEqual(allPassed);
    },
  );

  test('event streams carry text alone: the client says so to MessagePack', async () => {
    const target: CheckTarget = {
      url: server.url,
      transport: 'ServerSentEvents',
      protocol: 'messagepack',
    };
    const text = await page.evaluate((one) => pageChecks.refusal(one), target);
    expect(text).toContain("'ServerSentEvents' does not support Binary.");
  });

  test('a forged token is refused', async () => {
    const target: CheckTarget = {
      url: server.url,
      transport: 'WebSockets',
      protocol: 'json',
      token: forgedToken(),
    };
    expect(await page.evaluate((one) => pageChecks.refusal(one), target)).toContain(
      "Status code '401'",
    );
  });
});
