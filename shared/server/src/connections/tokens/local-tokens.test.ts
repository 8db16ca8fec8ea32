import { afterEach, expect, test, vi } from 'vitest';
import { LocalTokens } from './local-tokens.ts';
import { RunningClock } from '../running-clock.ts';

const LIFETIME = 15_000;
const INTERVAL = 1000;
const tokensWith = (clock = new RunningClock(INTERVAL)): LocalTokens =>
  new LocalTokens(LIFETIME, clock);

afterEach(() => {
  vi.useRealTimers();
});

test('a token contains what the server must know to open the connection', () => {
  const tokens = tokensWith();
  const { token, connectionId } = tokens.create({ user: 'id ann', useStatefulReconnect: true });
  expect(connectionId).toMatch(/^[\w-]{22}$/);
  expect(token).not.toContain(connectionId.slice(0, 10));
  const content = tokens.read(token);
  expect(content).toMatchObject({
    connectionId,
    useStatefulReconnect: true,
    isFromThisServer: true,
  });
  expect([content?.isOf('id ann'), content?.isOf('id bob'), content?.isOf(undefined)]).toEqual([
    true,
    false,
    true,
  ]);
});

test('a connection that was negotiated without a user may be opened by any user', () => {
  const tokens = tokensWith();
  const { token } = tokens.create({ user: undefined, useStatefulReconnect: false });
  expect(tokens.read(token)?.isOf(undefined)).toBe(true);
  expect(tokens.read(token)?.isOf('id ann')).toBe(true);
});

test('in version 0, the public id is the token', () => {
  const tokens = tokensWith();
  const { token, connectionId } = tokens.create({
    user: undefined,
    useStatefulReconnect: false,
    isPublic: true,
  });
  expect(token).toBe(connectionId);
  expect(tokens.read(token)?.connectionId).toBe(connectionId);
});

test('a token is valid once, on the server that issued it, in one spelling', () => {
  const tokens = tokensWith();
  const { token } = tokens.create({ user: undefined, useStatefulReconnect: false });
  expect(tokensWith().read(token)).toBeUndefined();
  for (let i = 0; i < token.length; i++) {
    const changed = token[i] === 'A' ? 'B' : 'A';
    expect(tokens.read(token.slice(0, i) + changed + token.slice(i + 1)), `${i}`).toBeUndefined();
  }
  for (const text of ['', 'x', `${token}A`, token.slice(1), 'é'.repeat(token.length)]) {
    expect(tokens.read(text)).toBeUndefined();
  }
  tokens.read(token)?.markUsed();
  expect(tokens.read(token)).toBeUndefined();
});

test('a token expires on the monotonic clock', () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  const clock = new RunningClock(INTERVAL);
  const tokens = tokensWith(clock);
  const { token } = tokens.create({ user: undefined, useStatefulReconnect: false });
  vi.setSystemTime(Date.now() + 24 * 3_600_000);
  expect(tokens.read(token)).toBeDefined();
  for (let elapsed = 0; elapsed <= LIFETIME; elapsed += INTERVAL) {
    expect(tokens.read(token), `${elapsed}`).toBeDefined();
    vi.advanceTimersByTime(INTERVAL);
    clock.tick();
  }
  expect(tokens.read(token)).toBeUndefined();
});

test('time in which the process was stopped does not count', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const clock = new RunningClock(INTERVAL);
  const tokens = tokensWith(clock);
  const { token } = tokens.create({ user: undefined, useStatefulReconnect: false });
  vi.advanceTimersByTime(10 * LIFETIME);
  clock.tick();
  expect(tokens.read(token)).toBeDefined();
});
