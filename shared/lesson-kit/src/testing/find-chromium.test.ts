import { expect, test } from 'vitest';
import { findChromium } from './find-chromium.ts';

const machine = (
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  ...files: string[]
) => ({
  platform,
  environment,
  exists: (path: string) => files.includes(path),
});

test('CHROMIUM_PATH has priority, and nothing else is tried', () => {
  const both = machine(
    'linux',
    { CHROMIUM_PATH: '/opt/mine', PATH: '/usr/bin' },
    '/opt/mine',
    '/usr/bin/chromium',
  );
  expect(findChromium(both)).toBe('/opt/mine');
  const gone = machine(
    'linux',
    { CHROMIUM_PATH: '/opt/gone', PATH: '/usr/bin' },
    '/usr/bin/chromium',
  );
  expect(findChromium(gone)).toBeUndefined();
});
test.each(['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'])(
  '%s is found on the PATH',
  (name) => {
    expect(findChromium(machine('linux', { PATH: '/bin:/usr/bin' }, `/usr/bin/${name}`))).toBe(
      `/usr/bin/${name}`,
    );
  },
);
test('the shell without windows has priority over Chromium', () => {
  const files = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'];
  expect(findChromium(machine('linux', { PATH: '/usr/bin' }, ...files))).toBe(files[1]);
});
test('Chrome is found in the applications folder of macOS', () => {
  const path = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  expect(findChromium(machine('darwin', { PATH: '/usr/bin' }, path))).toBe(path);
});
test('Chrome and Edge are found in the program folders of Windows', () => {
  const environment = {
    'ProgramFiles(x86)': 'C:\\Program Files (x86)',
    ProgramFiles: 'C:\\Program Files',
  };
  const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
  const chrome = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
  expect(findChromium(machine('win32', environment, edge))).toBe(edge);
  expect(findChromium(machine('win32', environment, edge, chrome))).toBe(chrome);
});
test('returns undefined without a browser', () => {
  expect(findChromium(machine('linux', { PATH: '' }))).toBeUndefined();
});
