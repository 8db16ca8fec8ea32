import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserServer } from '@playwright/test';

/** The environment variable with the address where test processes get a browser. */
export const BROWSER_SERVER = 'PRACTICAL_SIGNALR_BROWSER_SERVER';

/**
 * Lets all test processes share one Chromium, which starts when the first of them needs it: a
 * start costs as much as several tests. Sets {@link BROWSER_SERVER} for the processes that start
 * from now on, and returns a function that stops the browser. Does nothing if the variable is set
 * already. To be used as `globalSetup` of vitest.
 */
export default async function startBrowserServer(): Promise<() => Promise<void>> {
  if (process.env[BROWSER_SERVER] !== undefined) return () => Promise.resolve();
  let browser: Promise<BrowserServer> | undefined;
  const server = createServer(async (_request, response) => {
    const { launchServer } = await import('./chromium.ts');
    browser ??= launchServer();
    try {
      response.end((await browser).wsEndpoint());
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env[BROWSER_SERVER] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async () => {
    delete process.env[BROWSER_SERVER];
    server.close();
    server.closeAllConnections();
    await (await browser)?.close();
  };
}
