import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import type { RateMessages } from './client-limits.ts';
import { MAXIMUM_USERS, REPORT_INTERVAL, SharedRates } from './shared-rates.ts';
import { TokenBuckets } from './token-buckets.ts';

const limit = { tokenLimit: 4, tokensPerSecond: 1 };
const logger = new CollectingLogger();

/** Connects servers in this process. `reports` are the messages that were sent. */
class Network {
  readonly reports: unknown[] = [];
  readonly listeners = new EventEmitter();
  isDown = false;

  join(): RateMessages {
    const fail = () => Promise.reject(new Error('Redis cannot be reached.'));
    // A server does not receive its own reports.
    const own = new Set<unknown>();
    return {
      send: (name, data) => {
        if (this.isDown) return fail();
        this.reports.push(data);
        for (const listener of this.listeners.listeners(name))
          if (!own.has(listener)) listener(data);
        return Promise.resolve();
      },
      on: (name, listener) => {
        if (this.isDown) return fail();
        own.add(listener);
        this.listeners.on(name, listener);
        return Promise.resolve(async () => {
          await Promise.resolve();
          this.listeners.off(name, listener);
        });
      },
    };
  }
}

/** A server with one limit. */
function server(network: Network) {
  const buckets = new TokenBuckets(limit);
  const rates = new SharedRates(network.join(), '/hub', logger);
  rates.add('', buckets);
  return { rates, buckets, call: (user: string) => rates.count('', user) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  logger.lines.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const left = (buckets: TokenBuckets, user: string): number => {
  const now = performance.now();
  let count = 0;
  while (buckets.take(user, now)) count++;
  return count;
};

test('the tokens of a user are taken on the other servers, in one report per interval', () => {
  const network = new Network();
  const one = server(network);
  const two = server(network);
  one.call('ann');
  one.call('ann');
  one.call('bob');
  expect(network.reports).toEqual([]);
  vi.advanceTimersByTime(REPORT_INTERVAL);
  expect(network.reports).toEqual([
    {
      '': [
        ['ann', 2],
        ['bob', 1],
      ],
    },
  ]);
  expect(left(two.buckets, 'ann')).toBe(2);
  vi.advanceTimersByTime(10 * REPORT_INTERVAL);
  expect(network.reports).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('a user who makes a burst on two servers waits until both are filled again', () => {
  const network = new Network();
  const { buckets } = server(network);
  expect(left(buckets, 'ann')).toBe(4);
  network.listeners.emit('rates /hub', { '': [['ann', 4]] });
  vi.advanceTimersByTime(4000);
  expect(left(buckets, 'ann')).toBe(0);
  vi.advanceTimersByTime(4000);
  expect(left(buckets, 'ann')).toBe(4);
});

test('reports that are not valid are ignored', () => {
  const network = new Network();
  const { buckets } = server(network);
  const reports = [
    null,
    1,
    'x',
    [],
    { '': null },
    { '': [null, 1, []] },
    { other: [['ann', 4]] },
    {
      '': [
        ['ann', -4],
        ['ann', Infinity],
        ['ann', '4'],
        [1, 4],
        ['ann', Number.NaN],
      ],
    },
  ];
  for (const report of reports) network.listeners.emit('rates /hub', report);
  expect(left(buckets, 'ann')).toBe(4);
});

test('while Redis cannot be reached, the server counts alone and logs it once', async () => {
  const network = new Network();
  network.isDown = true;
  const one = server(network);
  await Promise.resolve();
  for (let round = 0; round < 3; round++) {
    one.call('ann');
    await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  }
  expect(logger.linesOf('warn')).toHaveLength(1);
  network.isDown = false;
  one.call('ann');
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(network.reports).toHaveLength(1);
  expect(network.listeners.listenerCount('rates /hub')).toBe(1);
});

test('functions that throw instead of rejecting end nothing', async () => {
  const broken = (): never => {
    throw new Error('not connected');
  };
  const rates = new SharedRates({ send: broken, on: broken }, '/hub', logger);
  rates.add('', new TokenBuckets(limit));
  rates.count('', 'ann');
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(logger.linesOf('warn')).toHaveLength(1);
  await rates.close();
});

test('a server that closes reports what it has counted, and nothing after that', async () => {
  const network = new Network();
  const one = server(network);
  one.call('ann');
  await one.rates.close();
  one.call('ann');
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(network.reports).toEqual([{ '': [['ann', 1]] }]);
  await one.rates.close();
  expect(network.reports).toHaveLength(1);
  expect(network.listeners.listenerCount('rates /hub')).toBe(0);
});

test('the calls of more users than fit into a report are reported, too', () => {
  const network = new Network();
  const one = server(network);
  const two = server(network);
  for (let i = 0; i < 2 * MAXIMUM_USERS + 1; i++) one.call(`user ${i}`);
  one.call('user 0');
  expect(network.reports).toHaveLength(2);
  vi.advanceTimersByTime(REPORT_INTERVAL);
  expect(network.reports).toHaveLength(3);
  const ids = [0, MAXIMUM_USERS - 1, 2 * MAXIMUM_USERS - 1, 2 * MAXIMUM_USERS];
  const tokens = ids.map((id) => left(two.buckets, `user ${id}`));
  expect(tokens).toEqual([2, 3, 3, 3]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a user who calls two servers for a long time gets the rate of one', () => {
  const network = new Network();
  const servers = [server(network), server(network)];
  const duration = 600_000;
  let count = 0;
  for (let now = 0; now < duration; now += 50) {
    for (const { buckets, call } of servers) {
      if (!buckets.take('ann', performance.now())) continue;
      call('ann');
      count++;
    }
    vi.advanceTimersByTime(50);
  }
  const burst = servers.length * limit.tokenLimit;
  expect(count).toBeGreaterThan((duration / 1000) * limit.tokensPerSecond - burst);
  expect(count).toBeLessThanOrEqual((duration / 1000) * limit.tokensPerSecond + burst);
});
