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
/** The number of commands to which Redis has not replied, and the maximum of it. */
let pending: number;
let maximumPending: number;
/** What Redis has about this server. */
let ownJournal: Map<string, string>;
/** Called before a command on the journal of this server. */
let onCommand: (name: string, field: unknown) => void;
let changes: PresenceChange[];
let tracker: PresenceTracker;
/** Reports that Redis is connected. */
let onReady: () => void;
beforeEach(() => {
  journal = new Map();
  commands = [];
  pending = 0;
  maximumPending = 0;
  ownJournal = new Map();
  onCommand = () => undefined;
  changes = [];
});
afterEach(() => tracker.close());

/** A Redis in which the lease of another server is over. */
const connection = {
  isReady: true,
  use(events: { onReady(): void }) {
    onReady = () => events.onReady();
    return () => undefined;
  },
  async run(name: string, key: string, field?: unknown): Promise<unknown> {
    pending++;
    maximumPending = Math.max(maximumPending, pending);
    const result = await this.reply(name, key, field);
    pending--;
    return result;
  },
  reply(name: string, key: string, field?: unknown): Promise<unknown> {
    commands.push(`${name} ${key}`);
    if (key === keys.journal('this')) {
      onCommand(name, field);
      if (name === 'hSet') ownJournal.set(String(field), '');
      if (name === 'hDel') for (const one of [field].flat()) ownJournal.delete(String(one));
      if (name === 'hGetAll') return Promise.resolve(Object.fromEntries(ownJournal));
    }
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

test('a server with many connections that has crashed is removed with a limited number of commands at once', async () => {
  for (let i = 0; i < 20_000; i++) journal.set(entry(`${i}`), true);
  start();
  await whenRemoved();
  await expect.poll(() => changes.length).toBe(20_000);
  expect(maximumPending).toBeLessThanOrEqual(1000);
});

test('after an outage, many connections are written a few at a time, as they are at that time', async () => {
  start();
  await expect.poll(() => pending).toBe(0);
  connection.isReady = false;
  try {
    for (let i = 0; i < 5000; i++) await tracker.addConnection(`${i}`, undefined);
    for (let i = 0; i < 5000; i++) ownJournal.set(entry(`gone ${i}`), '');
    maximumPending = 0;
  } finally {
    connection.isReady = true;
  }
  // Neither the connections that close meanwhile are listed, nor those that open are removed.
  const meanwhile: Promise<void>[] = [];
  onCommand = (name, field) => {
    if (name === 'hDel' && [field].flat().includes(entry('gone 0')))
      meanwhile.push(tracker.addConnection('gone 4999', undefined));
    if (name === 'hSet' && field === entry('0'))
      queueMicrotask(() => {
        meanwhile.push(tracker.removeConnection('4999'), tracker.removeConnection('1'));
      });
  };
  onReady();
  await expect.poll(() => ownJournal.has(entry('4998'))).toBe(true);
  await expect.poll(() => pending).toBe(0);
  expect(meanwhile).toHaveLength(3);
  await Promise.all(meanwhile);
  expect([entry('1'), entry('gone 4998')].filter((field) => ownJournal.has(field))).toEqual([]);
  expect(ownJournal.has(entry('4999'))).toBe(false);
  expect(ownJournal.has(entry('gone 4999'))).toBe(true);
  expect(ownJournal.size).toBe(4999);
  expect(maximumPending).toBeLessThanOrEqual(2000);
});
