import { type Browser, type BrowserServer, chromium } from '@playwright/test';
import { errors } from '../errors.ts';
import { BROWSER_SERVER } from './browser-server.ts';
import { findChromium } from './find-chromium.ts';
import { HANG_LIMIT } from './hang-limit.ts';

const path = findChromium();

/** Returns whether the browser tests can run. In CI, a missing browser is an error. */
export function hasChromium(): boolean {
  if (path !== undefined) return true;
  if (process.env['CI'] !== undefined) throw errors.chromiumMissing();
  console.warn(errors.chromiumMissing().message);
  return false;
}

/** The disabled features of Playwright and one more. This list replaces Playwright's list. */
const disabledFeatures = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
  // Each window would render the suggestions of its address bar as two more pages.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
];

const launchOptions = {
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Animations draw 60 times a second.
    '--force-prefers-reduced-motion',
    `--disable-features=${disabledFeatures.join()}`,
  ],
};

/** Starts Chromium for several processes. It has no window and sends no requests of its own. */
export function launchServer(): Promise<BrowserServer> {
  if (path === undefined) return Promise.reject(errors.chromiumMissing());
  return chromium.launchServer({ executablePath: path, ...launchOptions });
}

/**
 * Connects to the Chromium that the tests share; starts one if there is none. Closing it closes
 * the caller's contexts only.
 */
export async function launchChromium(): Promise<Browser> {
  if (path === undefined) throw errors.chromiumMissing();
  const server = process.env[BROWSER_SERVER];
  const browser =
    server === undefined
      ? await chromium.launch({ executablePath: path, ...launchOptions })
      : await chromium.connect(await endpointOf(server));
  browser.on('context', (context) => context.setDefaultTimeout(HANG_LIMIT));
  return browser;
}

async function endpointOf(server: string): Promise<string> {
  const response = await fetch(server);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
