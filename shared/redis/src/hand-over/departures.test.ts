import {
  ConnectionIndex,
  Gate,
  type DepartingConnection,
  type LifetimeConnection,
} from '@practical-signalr/server/scale-out';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RedisChannels } from '../pub-sub/redis-channels.ts';
import { KeepingConnection } from '../testing/keeping-connection.ts';
import { Departures } from './departures.ts';
import type { HandOverContext } from './hand-over-context.ts';
import { HandOverKeys, readStored } from './hand-over-keys.ts';

/** While a gate is set, Redis does not answer the command. */
let held: { set?: Gate; getDel?: Gate; request?: Gate };
/** The id of the last record that was stored. */
let recordId: string;
/** The number of records that were taken back. */
let deleted: number;
let departures: Departures;
const client = {
  set: async (_key: string, value: string) => {
    ({ recordId } = readStored(value));
    await held.set?.wait();
  },
  getDel: async () => {
    deleted++;
    await held.getDel?.wait();
    return 'a record';
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  held = {};
  deleted = 0;
  const channels = new RedisChannels('', 'ChatHub', 'server');
  const bus = {
    run: (command: (redis: typeof client) => unknown) => command(client),
    request: async () => held.request?.wait(),
    handleWaiting: () => undefined,
  };
  const remove = (): Promise<void> => Promise.resolve();
  const context = { bus, channels, timeout: 5000, index: new ConnectionIndex(), remove };
  departures = new Departures(context as unknown as HandOverContext, new HandOverKeys('hub'));
});
afterEach(() => {
  departures.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const connection: LifetimeConnection = new KeepingConnection('c');
const departing: DepartingConnection = {
  connection,
  lifetime: 1000,
  createRecord: () => 'the state',
  createTail: () => 'the rest',
};
/** Lets promises that can settle do so. */
const turn = (): Promise<void> => new Promise(setImmediate);

test('a connection that ends while its record is stored is not waited for', async () => {
  held.set = new Gate();
  const stored = departures.record(departing);
  departures.onRemoved('c');
  held.set.open();
  expect(await (await stored).isMoved).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
  expect(departures.whenDeparted('c')).toBeUndefined();
});

test('a connection that ends while its record is taken back has not moved, once', async () => {
  const { isMoved } = await departures.record(departing);
  held.getDel = new Gate();
  vi.advanceTimersByTime(1000);
  departures.onRemoved('c');
  expect(await isMoved).toBe(false);
  held.getDel.open();
  await turn();
  expect(deleted).toBe(2);
});

test('a connection that has come back may leave again before its first move is confirmed', async () => {
  const { isMoved } = await departures.record(departing);
  held.request = new Gate();
  departures.onClaimed(recordId);
  const again = await departures.record(departing);
  held.request.open();
  held = {};
  expect(await isMoved).toBe(true);
  const departed = departures.whenDeparted('c');
  expect(departed).toBeDefined();
  departures.onClaimed(recordId);
  await departed;
  expect(await again.isMoved).toBe(true);
  expect(departures.whenDeparted('c')).toBeUndefined();
});
