import { expect, test } from 'vitest';
import { ConnectionContext } from './connection-context.ts';
import {
  ConnectionManager,
  MAXIMUM_EARLY_BYTES,
  MAXIMUM_EARLY_CONNECTIONS,
} from './connection-manager.ts';
import { RunningClock } from './running-clock.ts';

const create = (): ConnectionManager =>
  new ConnectionManager({ unopenedTimeout: 15_000, clock: new RunningClock(1000) });
const negotiation = { user: () => undefined, useStatefulReconnect: false };
const find = (manager: ConnectionManager, version = 1): ConnectionContext =>
  manager.find(manager.negotiate({ ...negotiation, version }).token) as ConnectionContext;
const request = { path: '/', query: undefined, headers: {}, remoteAddress: undefined } as never;

test('negotiation keeps nothing, however often it is called', () => {
  const manager = create();
  const first = manager.negotiate({ ...negotiation, version: 1 });
  for (let i = 0; i < 70_000; i++) manager.negotiate({ ...negotiation, version: 1 });
  expect(manager.unopenedCount).toBe(0);
  expect(manager.isFull).toBe(false);
  expect(manager.find(first.token)?.connectionId).toBe(first.connectionId);
});

test.each([0, 1])('a token of version %d opens one connection', (version) => {
  const manager = create();
  const connection = find(manager, version);
  const token = connection.connectionToken;
  manager.open(connection, {} as never, request);
  expect(manager.find(token)).toBe(connection);
  manager.remove(connection);
  expect(manager.find(token)).toBeUndefined();
});

test('unopened connections that receive POSTs are limited in number', () => {
  const manager = create();
  for (let i = 0; i < MAXIMUM_EARLY_CONNECTIONS; i++) {
    expect(manager.keep(find(manager))).toBe(true);
  }
  expect(manager.keep(find(manager))).toBe(false);
  expect(manager.unopenedCount).toBe(MAXIMUM_EARLY_CONNECTIONS);
  // Other clients connect as usual.
  const other = find(manager);
  manager.open(other, {} as never, request);
  expect(manager.find(other.connectionToken)).toBe(other);
  manager.removeUnopened();
  expect(manager.unopenedCount).toBe(0);
  expect(manager.keep(find(manager))).toBe(true);
});

test('unopened connections share a budget of bytes', () => {
  const manager = create();
  const first = find(manager);
  manager.keep(first);
  const second = find(manager);
  manager.keep(second);
  expect(first.earlyBytes).toBe(second.earlyBytes);
  expect(first.earlyBytes?.tryTake(MAXIMUM_EARLY_BYTES)).toBe(true);
  expect(second.earlyBytes?.tryTake(1)).toBe(false);
});
