import { expect, test } from 'vitest';
import { type BrowserEnvironment, shouldOpenBrowser } from './should-open-browser.ts';

const desk: BrowserEnvironment = {
  open: true,
  env: { DISPLAY: ':0' },
  isTerminal: true,
  platform: 'linux',
};

test.each<[what: string, change: Partial<BrowserEnvironment>, opens: boolean]>([
  ['a desk', {}, true],
  ['a desk with Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, true],
  ['Windows', { env: {}, platform: 'win32' }, true],
  ['macOS', { env: {}, platform: 'darwin' }, true],
  ['Linux inside Windows', { env: { WSL_DISTRO_NAME: 'Debian' } }, true],
  ['output into a file or a pipe', { isTerminal: false }, false],
  ['no screen', { env: {} }, false],
  ['CI', { env: { DISPLAY: ':0', CI: 'true' } }, false],
  ['another machine', { env: { SSH_CONNECTION: '1.2.3.4' }, platform: 'darwin' }, false],
  ['npm start -- --no-open', { open: false }, false],
  ['npm start --no-open', { env: { DISPLAY: ':0', npm_config_open: '' } }, false],
  ['BROWSER=none', { env: { DISPLAY: ':0', BROWSER: 'none' } }, false],
])('%s', (_what, change, opens) => expect(shouldOpenBrowser({ ...desk, ...change })).toBe(opens));
