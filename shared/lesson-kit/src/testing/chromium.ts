import { type Browser, chromium } from '@playwright/test';
import { errors } from '../errors.ts';
import { findChromium } from './find-chromium.ts';

const path = findChromium();

/** Whether the browser tests can run. In CI a missing browser is an error. */
export function hasChromium(): boolean {
  if (path !== undefined) return true;
  if (process.env['CI'] !== undefined) throw errors.chromiumMissing();
  console.warn(errors.chromiumMissing().message);
  return false;
}

/** A second list takes the place of Playwright's, so this one has what Playwright's has, and one thing more. */
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
  // Each window renders the suggestions of its address bar as two pages of their own: twice the work of a test's page.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

/** Starts Chromium without a window and without requests of its own. */
export function launchChromium(): Promise<Browser> {
  if (path === undefined) return Promise.reject(errors.chromiumMissing());
  return chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${disabledFeatures.join()}`,
    ],
  });
}
