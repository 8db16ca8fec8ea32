import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = process.platform === 'win32' ? ['redis-server.exe'] : ['redis-server'];

/** Whether there is a redis-server on the PATH. `npm test` says where there is none, and fails in CI. */
export const hasRedisServer = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => names.some((name) => existsSync(join(folder, name))));
