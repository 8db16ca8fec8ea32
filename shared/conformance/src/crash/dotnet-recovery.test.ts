import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { findCommand, withResources } from '@practical-signalr/lesson-kit';
import { buildDotnet, dotnetEnvironment, hasDotnet } from '@practical-signalr/lesson-kit/instances';
import { startRedisServer } from '@practical-signalr/redis/local';
import { expect, test } from 'vitest';
import { startCrashServer } from './crash-server.ts';
import { startCrashingServer } from './crashing-server.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the guide shows the .NET recipe that the tests run', () => {
  const [, recipe] = /```csharp\n(.*?)\n```/s.exec(read('../../../docs/guides/recovery.md')) ?? [];
  expect(read('../../dotnet/client/Recovery.cs')).toContain(recipe as string);
});

const areInstalled = hasDotnet() && findCommand('redis-server') !== undefined;

test.skipIf(!areInstalled)(
  'a .NET client with the recipe receives what it missed, and reports it, also if Redis was lost',
  () =>
    withResources(async (resources) => {
      const { assembly } = await buildDotnet(
        new URL('../../dotnet/client/Client.csproj', import.meta.url),
      );
      const redis = resources.add(await startRedisServer());
      const killed = resources.add(await startCrashingServer(redis.url));
      const sender = resources.add(await startCrashServer(redis.url));
      const url = `http://127.0.0.1:${killed.port}/hub?user=ann&recovery=1`;
      const client = spawn('dotnet', [assembly, 'recover', url], {
        env: dotnetEnvironment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const exited = once(client, 'exit');
      resources.onClose(async () => {
        client.kill('SIGKILL');
        await exited;
      });
      const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
      const next = async (count: number): Promise<string[]> => {
        const read: string[] = [];
        while (read.length < count) {
          const line = await lines.next();
          if (line.done === true) throw new Error('The .NET client has exited.');
          read.push(line.value);
        }
        return read;
      };
      const send = async (...numbers: readonly number[]): Promise<void> => {
        for (const number of numbers) await sender.hub.clients.user('ann').send('user', number);
      };
      expect(await next(1)).toEqual(['ready']);
      await send(0, 1, 2);
      expect(await next(3)).toEqual(['0', '1', '2']);
      await killed.close();
      await send(3, 4, 5);
      const restarted = resources.add(await startCrashServer(redis.url, killed.port));
      expect((await next(4)).toSorted()).toEqual(['3', '4', '5', 'recovered True']);
      await send(6);
      expect(await next(1)).toEqual(['6']);
      // A Redis without data does not know the session. The client stays connected.
      await redis.close();
      resources.add(await startRedisServer({ port: redis.port }));
      expect(await next(1)).toEqual(['recovered False']);
      await restarted.hub.clients.user('ann').send('user', 7);
      expect(await next(1)).toEqual(['7']);
      client.stdin.end('\n');
      await exited;
    }),
);
