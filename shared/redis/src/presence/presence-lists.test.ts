import { expect, test } from 'vitest';
import type { RunPresenceCommand } from './presence-client.ts';
import type { PresenceKeys } from './presence-keys.ts';
import { RedisPresenceLists } from './presence-lists.ts';

test('a long list is read in chunks, each from the last entry of the previous one', async () => {
  const entries = Array.from({ length: 2500 }, (_, i) => String(i).padStart(4, '0'));
  const starts: string[] = [];
  const run = async (name: string, _key: string, start: string): Promise<string[]> => {
    if (name !== 'zRange') return [];
    starts.push(start);
    const from = start === '-' ? 0 : Number(start.slice(1)) + 1;
    return entries.slice(from, from + 1000);
  };
  const keys = { all: 'all', servers: 'servers' } as unknown as PresenceKeys;
  const lists = new RedisPresenceLists(keys, run as unknown as RunPresenceCommand);
  expect(await lists.connections()).toEqual([]); // No server is alive.
  expect(starts).toEqual(['-', '(0999', '(1999']);
});
