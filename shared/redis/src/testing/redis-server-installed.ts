import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = process.platform === 'win32' ? ['redis-server.exe'] : ['redis-server'];

/** Whether a redis-server is on the PATH. If not, `npm test` reports it, and fails in CI. */
export const hasRedisServer = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => names.some((name) => existsSync(join(folder, name))));
