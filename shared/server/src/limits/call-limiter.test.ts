import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HubMethod } from '../hubs/dispatch/hub-method.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { CallLimiter } from './call-limiter.ts';
import type { ClientLimits } from './client-limits.ts';
import { REPORT_INTERVAL } from './shared-rates.ts';

const limit = { tokenLimit: 2, tokensPerSecond: 1 };
const methods = new Map([
  ['search', { rateLimit: limit } as HubMethod],
  ['echo', {} as HubMethod],
]);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Creates the limiters of two servers, which share the rates of users. */
function createLimiters(limits: ClientLimits): readonly [CallLimiter, CallLimiter, unknown[]] {
  const listeners: ((data: unknown) => void)[] = [];
  const reports: unknown[] = [];
  const create = (): CallLimiter => {
    const own = listeners.length;
    const shareRates: ClientLimits['shareRates'] = {
      async send(_name, data) {
        reports.push(data);
        for (const [i, listener] of listeners.entries()) if (i !== own) listener(data);
      },
      async on(_name, listener) {
        listeners.push(listener);
        return async () => undefined;
      },
    };
    return new CallLimiter('/hub', { ...limits, shareRates }, methods, new CollectingLogger());
  };
  return [create(), create(), reports];
}

test('servers share the rate of a method, also if the calls of a user have no rate', async () => {
  const [one, two, reports] = createLimiters({});
  const [here, there] = [one.ratesOf('c1', 'ann'), two.ratesOf('c2', 'ann')];
  expect([here.takeCall('Search'), here.takeCall('echo')]).toEqual([true, true]);
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(reports).toEqual([{ search: [['u ann', 1]] }]);
  expect([there.takeCall('SEARCH'), there.takeCall('search')]).toEqual([true, false]);
  expect(there.takeCall('echo')).toBe(true);
  await Promise.all([one.close(), two.close()]);
});

test('a report contains the rates of which tokens were taken, and no users without an id', async () => {
  const [one, two, reports] = createLimiters({ callsPerUser: { ...limit, tokenLimit: 9 } });
  one.ratesOf('c1', undefined).takeCall('search');
  one.ratesOf('c2', 'ann').takeCall('echo');
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(reports).toEqual([{ '': [['u ann', 1]] }]);
  await Promise.all([one.close(), two.close()]);
});

test('without a rate for users or methods, nothing is shared', async () => {
  const on = vi.fn(async () => async () => undefined);
  const shareRates = { send: async () => undefined, on };
  const limiter = new CallLimiter('/hub', { shareRates }, new Map(), new CollectingLogger());
  expect([limiter.isActive, limiter.ratesOf('c', 'ann').takeCall('echo')]).toEqual([false, true]);
  expect(on).not.toHaveBeenCalled();
  await limiter.close();
});

test('long user ids have buckets of their own and take little room in a report', async () => {
  const [one, two, reports] = createLimiters({ callsPerUser: limit });
  const longId = 'x'.repeat(10_000);
  const [long, other] = [one.ratesOf('c1', longId), one.ratesOf('c2', `${longId}y`)];
  const elsewhere = two.ratesOf('c3', longId);
  expect([long.takeCall('echo'), long.takeCall('echo'), long.takeCall('echo')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(other.takeCall('echo')).toBe(true);
  await vi.advanceTimersByTimeAsync(REPORT_INTERVAL);
  expect(elsewhere.takeCall('echo')).toBe(false);
  expect(JSON.stringify(reports).length).toBeLessThan(200);
  await Promise.all([one.close(), two.close()]);
});
