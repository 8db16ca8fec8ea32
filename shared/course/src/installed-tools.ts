import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a command is on the PATH. */
export function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** Whether the browser tests have a browser: `CHROMIUM_PATH`, or one on the PATH. */
export function hasChromium(): boolean {
  const path = process.env['CHROMIUM_PATH'];
  return path === undefined ? hasCommand('chromium') : existsSync(path);
}
