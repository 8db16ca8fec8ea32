import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aliceToken, cellName, cells, type CheckServer, startCheckServer } from './check-server.ts';
import { allPassed } from './client-checks.ts';

const folder = fileURLToPath(new URL('../../dotnet/client', import.meta.url));
const env = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('dotnet', args, { cwd: folder, env, timeout: 100_000 })).stdout;

if (!hasDotnet() && process.env['CI'] !== undefined)
  throw new Error('There is no .NET SDK: install it, CI needs it.');

describe.skipIf(!hasDotnet())('the .NET client (skipped where there is no .NET SDK)', () => {
  let server: CheckServer;
  const results: Record<string, Record<string, string>> = {};
  beforeAll(async () => {
    server = await startCheckServer();
    await run('build', '-c', 'Release', '-o', join(folder, 'bin/out'), '--nologo');
    const lines = await run(join(folder, 'bin/out/Client.dll'), server.url, aliceToken());
    for (const line of lines.trim().split('\n')) {
      const { cell, check, result } = JSON.parse(line) as {
        cell: string;
        check: string;
        result: string;
      };
      (results[cell] ??= {})[check] = result;
    }
  }, 120_000);
  afterAll(() => server.close());

  test.each(cells.map(cellName))('%s: the whole list', (name) => {
    expect(results[name]).toEqual(allPassed);
  });

  test.each(['no token', 'bearer token'])(
    'event streams carry text alone: MessagePack is refused, %s',
    (token) => {
      const said =
        "ServerSentEvents failed: The transport does not support the 'Binary' transfer format.";
      expect(results[`ServerSentEvents, messagepack, ${token}`]).toEqual({
        refused: expect.stringContaining(said),
      });
    },
  );
});
