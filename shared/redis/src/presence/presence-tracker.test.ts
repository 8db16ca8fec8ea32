import type { PresenceChange } from '@practical-signalr/server/scale-out';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PresenceConnection } from './presence-connection.ts';
import { PresenceKeys, writeJournalEntry } from './presence-keys.ts';
import { PresenceTracker } from './presence-tracker.ts';

const keys = new PresenceKeys('', 'chathub');
const CRASHED = 'crashed';

/** The journal of the server that has crashed: its fields, and whether this server removes each. */
let journal: Map<string, boolean>;
/** The commands that were sent to Redis. */
let commands: string[];
let changes: PresenceChange[];
let tracker: PresenceTracker;
beforeEach(() => {
  journal = new Map();
  commands = [];
  changes = [];
});
afterEach(() => tracker.close());

/** A Redis in which the lease of another server is over. */
const connection = {
  isReady: true,
  use: () => () => undefined,
  run(name: string, key: string, field?: unknown): Promise<unknown> {
    commands.push(`${name} ${key}`);
    const isCrashed = key === keys.journal(CRASHED);
    if (name === 'zRangeWithScores') return Promise.resolve([{ value: CRASHED, score: 1 }]);
    if (name === 'hGetAll')
      return Promise.resolve(
        isCrashed ? Object.fromEntries([...journal].map(([id]) => [id, ''])) : {},
      );
    if (name === 'hDel' && isCrashed) return Promise.resolve(journal.get(field as string) ? 1 : 0);
    return Promise.resolve(1);
  },
};

function start(): void {
  tracker = new PresenceTracker(connection as unknown as PresenceConnection, keys, 'this', {
    leaseTime: 60_000,
    heartbeatTimeout: 60_000,
    onProblemChanged: () => undefined,
    onChanges: (reported) => changes.push(...reported),
  });
}
const whenRemoved = (): Promise<void> =>
  expect.poll(() => commands).toContain(`del ${keys.journal(CRASHED)}`);
const entry = (id: string): string => writeJournalEntry({ id, user: undefined, group: undefined });

test('the connections of a crashed server are reported by the server that removes them', async () => {
  journal.set(entry('a'), true);
  journal.set(entry('removed by another server'), false);
  journal.set('not written by presence', true);
  start();
  await whenRemoved();
  await expect.poll(() => changes.length).toBe(1);
  expect(changes).toMatchObject([
    { type: 'disconnected', connection: { connectionId: 'a', serverName: CRASHED } },
  ]);
});

test('a crashed server without connections is removed, and nothing is reported', async () => {
  start();
  await whenRemoved();
  await new Promise(setImmediate);
  expect(changes).toEqual([]);
});

test('a membership is reported once, and only that of a known connection', async () => {
  start();
  await tracker.addConnection('a', 'ann');
  await tracker.addToGroup('a', 'group');
  await tracker.addToGroup('a', 'group');
  await tracker.addToGroup('unknown', 'group');
  expect(changes.map(({ type }) => type)).toEqual(['connected', 'joined']);
  await tracker.removeFromGroup('a', 'group');
  await tracker.removeFromGroup('a', 'group');
  expect(changes.map(({ type }) => type)).toEqual(['connected', 'joined', 'left']);
});
