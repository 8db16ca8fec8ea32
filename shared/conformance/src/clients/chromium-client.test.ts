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

/** The exports of `page-checks.ts`, as a global variable of the page. */
declare const pageChecks: {
  run(target: CheckTarget): Promise<CheckResults>;
  refusal(target: CheckTarget): Promise<string | undefined>;
};

/**
 * Bundles the checks and their clients as one script, with the Vite that the lessons already use.
 */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('page-checks.ts', import.meta.url));
  const lib = { entry, formats: ['iife' as const], name: 'pageChecks' };
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib },
  });
  const [{ output }] = result as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

describe.skipIf(!hasChromium())('the official client in Chromium', () => {
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
    '%s: all checks pass',
    async (_name, cell) => {
      const target = { ...cell, url: server.url };
      expect(await page.evaluate((one) => pageChecks.run(one), target)).toEqual(allPassed);
    },
  );

  test('MessagePack over Server-Sent Events is refused by the client', async () => {
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
