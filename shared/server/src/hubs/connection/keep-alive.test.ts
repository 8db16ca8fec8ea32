import { expect, test } from 'vitest';
import { KeepAlive } from './keep-alive.ts';

const intervals = { keepAliveInterval: 15, clientTimeoutInterval: 30 };

/** A client that has sent its first ping. */
function createKeepAlive(): KeepAlive {
  const keepAlive = new KeepAlive(0);
  keepAlive.clientPings = true;
  return keepAlive;
}

test('a client times out after more than the interval without a message', () => {
  const keepAlive = createKeepAlive();
  keepAlive.hasSent = true;
  expect(keepAlive.check(30, intervals, false)).toBeUndefined();
  expect(keepAlive.check(31, intervals, false)).toBe('timeout');
});

test('the silence of a client does not count while the server does not read', () => {
  const keepAlive = createKeepAlive();
  for (const now of [31, 62, 93]) expect(keepAlive.check(now, intervals, true)).not.toBe('timeout');
  expect(keepAlive.check(93 + 30, intervals, false)).not.toBe('timeout');
  expect(keepAlive.check(93 + 31, intervals, false)).toBe('timeout');
});

test('each message starts the interval again, and counts once', () => {
  const keepAlive = createKeepAlive();
  keepAlive.hasReceived = true;
  expect(keepAlive.check(31, intervals, false)).not.toBe('timeout');
  expect(keepAlive.check(61, intervals, false)).not.toBe('timeout');
  expect(keepAlive.check(62, intervals, false)).toBe('timeout');
});

test('a client that has never sent a ping never times out', () => {
  const keepAlive = new KeepAlive(0);
  expect(keepAlive.check(1000, intervals, false)).toBe('ping');
  keepAlive.clientPings = true;
  expect(keepAlive.check(1030, intervals, false)).not.toBe('timeout');
  expect(keepAlive.check(1031, intervals, false)).toBe('timeout');
});

test('a ping is due after the interval without a message of the server', () => {
  const keepAlive = new KeepAlive(0);
  expect(keepAlive.check(14, intervals, false)).toBeUndefined();
  expect(keepAlive.check(15, intervals, false)).toBe('ping');
  expect(keepAlive.check(29, intervals, false)).toBeUndefined();
  expect(keepAlive.check(30, intervals, false)).toBe('ping');
  keepAlive.hasSent = true;
  expect(keepAlive.check(45, intervals, false)).toBeUndefined();
  expect(keepAlive.check(59, intervals, false)).toBeUndefined();
  expect(keepAlive.check(60, intervals, false)).toBe('ping');
});
