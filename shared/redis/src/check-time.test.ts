import { expect, test } from 'vitest';
import { redisHubContext } from './hub-context/redis-hub-context.ts';
import { presence } from './presence/presence.ts';
import { redis } from './redis.ts';
import { resolveRedisOptions } from './redis-options.ts';

const url = 'redis://127.0.0.1:1';
const MAXIMUM = 2 ** 31 - 1;
const DAYS_30 = 30 * 86_400_000;

const options: readonly [string, (ms: number) => unknown][] = [
  ['ackTimeout', (ackTimeout) => redis({ url, ackTimeout })],
  ['heartbeatInterval', (heartbeatInterval) => redis({ url, heartbeatInterval })],
  ['heartbeatTimeout', (heartbeatTimeout) => redis({ url, heartbeatTimeout })],
  ['leaseTime', (leaseTime) => presence({ url, leaseTime })],
  ['heartbeatTimeout', (heartbeatTimeout) => presence({ url, heartbeatTimeout })],
  ['ackTimeout', (ackTimeout) => redisHubContext({ url, hub: 'ChatHub', ackTimeout })],
];

test.each(options)('the time %s is refused if a timer cannot wait that long', (name, create) => {
  for (const ms of [MAXIMUM + 1, DAYS_30, Infinity]) {
    const tooLong = {
      code: 'ERR_SIGNALR_REDIS_TIME_TOO_LONG',
      message: `The option '${name}' must be at most 2147483647 ms, because a timer of Node cannot wait longer.`,
    };
    expect(() => create(ms)).toThrow(expect.objectContaining(tooLong) as Error);
  }
  for (const ms of [0, -1, Number.NaN, '5000' as never]) {
    const notPositive = { code: 'ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE' };
    expect(() => create(ms)).toThrow(expect.objectContaining(notPositive) as Error);
  }
});

test('the longest times are accepted', () => {
  const times = { ackTimeout: MAXIMUM, heartbeatInterval: MAXIMUM, heartbeatTimeout: MAXIMUM };
  expect(resolveRedisOptions({ url, ...times })).toMatchObject(times);
});

test('messages may be kept longer, because no timer waits for that', () => {
  const { history } = resolveRedisOptions({ url, history: { maxAge: DAYS_30 } });
  expect(history).toMatchObject({ maxAge: DAYS_30 });
});
