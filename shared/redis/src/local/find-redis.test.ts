import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRedis } from './find-redis.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'practical-signalr-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// Windows runs no scripts by this name.
test.skipIf(process.platform === 'win32')(
  'a redis-server that does not start is tried on five ports, and is not replaced silently',
  async () => {
    const log = join(folder, 'starts');
    const script = `#!/bin/sh\necho "$2" >> '${log}'\nexit 1\n`;
    writeFileSync(join(folder, 'redis-server'), script, { mode: 0o755 });
    await expect(findRedis({ PATH: folder })).rejects.toMatchObject({
      code: 'ERR_SIGNALR_REDIS_SERVER_STOPPED',
    });
    const ports = readFileSync(log, 'utf8').trim().split('\n');
    expect(ports).toHaveLength(5);
    for (const port of ports) expect(Number(port)).toBeGreaterThanOrEqual(11_000);
  },
);
