import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildDotnet, dotnetEnvironment, hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aliceToken, cellName, cells, type CheckServer, startCheckServer } from './check-server.ts';
import { allPassed } from './client-checks.ts';

const project = new URL('../../dotnet/client/Client.csproj', import.meta.url);
const run = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('dotnet', args, { env: dotnetEnvironment(), timeout: 100_000 }))
    .stdout;

if (!hasDotnet() && process.env['CI'] !== undefined)
  throw new Error('No .NET SDK was found. CI requires it: install it.');

describe.skipIf(!hasDotnet())('the .NET client (skipped if no .NET SDK is installed)', () => {
  let server: CheckServer;
  const results: Record<string, Record<string, string>> = {};
  beforeAll(async () => {
    server = await startCheckServer();
    const { assembly } = await buildDotnet(project);
    const lines = await run(assembly, server.url, aliceToken());
    for (const line of lines.trim().split('\n')) {
      const { cell, check, result } = JSON.parse(line) as {
        cell: string;
        check: string;
        result: string;
      };
      (results[cell] ??= {})[check] = result;
    }
  });
  afterAll(() => server.close());

  test('is not built again while its sources stay the same', async () => {
    vi.stubEnv('PATH', '');
    await expect(buildDotnet(project)).resolves.toMatchObject({
      assembly: expect.stringMatching(/Client\.dll$/) as string,
    });
    vi.unstubAllEnvs();
  });

  test.each(cells.map(cellName))('%s: all checks pass', (name) => {
    expect(results[name]).toEqual(allPassed);
  });

  test.each(['no token', 'bearer token'])(
    'MessagePack over Server-Sent Events is refused by the client, %s',
    (token) => {
      const message =
        "ServerSentEvents failed: The transport does not support the 'Binary' transfer format.";
      expect(results[`ServerSentEvents, messagepack, ${token}`]).toEqual({
        refused: expect.stringContaining(message),
      });
    },
  );
});
