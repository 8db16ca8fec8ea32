import { type Browser, chromium } from '@playwright/test';
import { errors } from '../errors.ts';
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
    // Threads that compile and collect garbage cost more than they save in pages of a few seconds.
    '--js-flags=--single-threaded',
    // Animations draw 60 times a second.
    '--force-prefers-reduced-motion',
    `--disable-features=${disabledFeatures.join()}`,
  ],
};

/**
 * Starts Chromium. It has no window and sends no requests of its own. A start costs 0.15 s of CPU
 * time, less than what it costs to share one browser with another process.
 */
export async function launchChromium(): Promise<Browser> {
  if (path === undefined) throw errors.chromiumMissing();
  const browser = await chromium.launch({ executablePath: path, ...launchOptions });
  browser.on('context', (context) => context.setDefaultTimeout(HANG_LIMIT));
  return browser;
}
