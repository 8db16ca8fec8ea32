import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { root } from '@practical-signalr/course';

const forbidden: [string, string][] = [
  ['shared/protocol/src/a.ts', 'node:fs'],
  ['shared/protocol/src/a.ts', '@practical-signalr/server'],
  ['shared/server/src/connections/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/connections/a.ts', '../transports/web-sockets.ts'],
  ['shared/server/src/connections/a.ts', '../authentication/claims.ts'],
  ['shared/server/src/authentication/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/authentication/a.ts', '../hosting/signalr-server.ts'],
  ['shared/server/src/transports/a.ts', '../authentication/claims.ts'],
  ['shared/server/src/transports/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/hubs/a.ts', '../transports/web-sockets.ts'],
  ['shared/server/src/hubs/a.ts', '../hosting/signalr-server.ts'],
  ['shared/server/src/hubs/a.ts', 'node:http'],
  ['shared/server/src/hubs/a.ts', '../../package.json'],
  ['shared/server/src/hubs/connection/a.ts', '../../transports/web-sockets.ts'],
  ['shared/server/src/hubs/dispatch/a.ts', '../../hosting/signalr-server.ts'],
  ['shared/server/src/hubs/streams/a.ts', 'node:http'],
  ['shared/server/src/hubs/streams/a.ts', '../../../package.json'],
  ['shared/server/src/scale-out/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/lifetime-suite/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/client/a.ts', '../hubs/hub.ts'],
  ['shared/server/src/client/a.ts', 'node:events'],
  ['shared/server/src/hosting/a.ts', '@practical-signalr/lesson-kit'],
  ['shared/server/src/hosting/upgrades/a.ts', '../../../package.json'],
  ['shared/server/src/testing/a.ts', '../../../conformance/src/index.ts'],
  ['shared/redis/src/a.ts', '@practical-signalr/server'],
  ['shared/redis/src/a.ts', '@practical-signalr/server/lifetime-suite'],
  ['shared/redis/src/a.ts', '@practical-signalr/protocol'],
  ['shared/redis/src/a.ts', '../../server/src/index.ts'],
  ['shared/azure/src/a.ts', '@practical-signalr/server'],
  ['shared/azure/src/connections/a.ts', '@practical-signalr/server/testing'],
  ['shared/azure/src/a.ts', '@practical-signalr/protocol'],
  ['shared/azure/src/a.ts', '@practical-signalr/azure-emulator'],
  ['shared/azure/src/connections/a.ts', '../../../server/src/index.ts'],
  ['shared/azure-emulator/src/a.ts', '@practical-signalr/server'],
  ['shared/azure-emulator/src/a.ts', '@practical-signalr/server/scale-out'],
  ['shared/azure-emulator/src/a.ts', '@practical-signalr/azure/management'],
  ['shared/course/src/a.ts', '@practical-signalr/server/src/index.ts'],
  ['shared/lesson-kit/src/a.ts', '../../server/src/index.ts'],
  ['slides/src/a.ts', '@practical-signalr/lesson-kit/src/index.ts'],
  ['lessons/03-basics/server/a.ts', '../../../shared/server/src/index.ts'],
  ['lessons/03-basics/server/a.ts', '@practical-signalr/protocol'],
  ['lessons/03-basics/server/a.ts', '../../04-server-hubs/contract.ts'],
  ['lessons/03-basics/lab/server/a.ts', '../../../04-server-hubs/contract.ts'],
];

const allowed: [string, string][] = [
  ['shared/protocol/src/a.ts', './hub-message.ts'],
  ['shared/server/src/authentication/a.ts', '../connections/connection-request.ts'],
  ['shared/server/src/hubs/a.ts', '../connections/transport.ts'],
  ['shared/server/src/hubs/a.ts', '@practical-signalr/protocol'],
  ['shared/server/src/hubs/connection/a.ts', '../../connections/transport.ts'],
  ['shared/server/src/hubs/dispatch/a.ts', '../hub.ts'],
  ['shared/server/src/client/a.ts', '../hubs/client-contract.ts'],
  ['shared/server/src/client/a.ts', '@microsoft/signalr'],
  ['shared/server/src/hosting/a.ts', '../transports/web-sockets.ts'],
  ['shared/server/src/hosting/upgrades/a.ts', '../../transports/web-sockets.ts'],
  ['shared/redis/src/a.ts', '@practical-signalr/server/scale-out'],
  ['shared/redis/src/a.test.ts', '@practical-signalr/server/testing'],
  ['shared/redis/src/a.test.ts', '@practical-signalr/server/lifetime-suite'],
  ['shared/azure/src/connections/a.ts', '@practical-signalr/server/scale-out'],
  ['shared/azure/src/connections/a.ts', '../endpoints/service-endpoint.ts'],
  ['shared/azure/src/a.test.ts', '@practical-signalr/server/testing'],
  ['shared/azure-emulator/src/a.ts', '@practical-signalr/azure/service-protocol'],
  ['shared/azure-emulator/src/a.ts', '@practical-signalr/server/transports'],
  ['lessons/03-basics/server/a.ts', '@practical-signalr/server'],
  ['lessons/03-basics/server/a.ts', '../contract.ts'],
  ['lessons/03-basics/lab/server/a.ts', '../../server/hub.ts'],
];

/** Each file holds one import. */
const fileOf = (file: string, imported: string): string =>
  file.replace('/a.', `/${imported.replaceAll(/[^a-z]+/g, '-')}.`);

/** The findings of the linter for all files, one per line. It runs once. */
let said: string[];
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fences-'));
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  const files = [...forbidden, ...allowed].map(([file, imported]) => {
    const path = fileOf(file, imported);
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `import { x } from '${imported}';\nexport const y = x;\n`);
    return path;
  });
  const oxlint = [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=unix', ...files];
  said = await promisify(execFile)(process.execPath, oxlint, { cwd: folder }).then(
    () => [],
    ({ stdout }: { stdout: string }) => stdout.split('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
});

test.each(forbidden)('%s must not import %s', (file, imported) => {
  const lines = said.filter((line) => line.startsWith(fileOf(file, imported)));
  expect(lines).toEqual([expect.stringContaining('no-restricted-imports')]);
});

test.each(allowed)('%s may import %s', (file, imported) => {
  expect(said.filter((line) => line.startsWith(fileOf(file, imported)))).toEqual([]);
});

test('the linter has read every case', () => {
  expect(said.filter((line) => line.includes('no-restricted-imports'))).toHaveLength(
    forbidden.length,
  );
});
