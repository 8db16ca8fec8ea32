import { type Browser, chromium } from '@playwright/test';
import { errorTexts } from '../error-texts.ts';
import { findChromium } from './find-chromium.ts';

const path = findChromium();

/** Whether the browser tests can run. In CI a missing browser is an error. */
export function hasChromium(): boolean {
  if (path !== undefined) return true;
  if (process.env['CI'] !== undefined) throw new Error(errorTexts.browserMissing);
  console.warn(errorTexts.browserMissing);
  return false;
}

/** Starts Chromium without a window and without requests of its own. */
export function launchChromium(): Promise<Browser> {
  if (path === undefined) return Promise.reject(new Error(errorTexts.browserMissing));
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
    ],
  });
}
