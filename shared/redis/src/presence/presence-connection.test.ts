import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { causes } from '../causes.ts';
import type { PresenceClient } from './presence-client.ts';
import { PresenceConnection } from './presence-connection.ts';

const TIMEOUT = 5000;

/** A client whose replies the test decides. */
class FakeClient extends EventEmitter {
  isReady = false;
  isDestroyed = false;
  reply: () => Promise<number> = () => Promise.resolve(1);
  connect = (): Promise<void> => new Promise(() => undefined);
  hDel = (): Promise<number> => this.reply();
  destroy(): void {
    this.isDestroyed = true;
  }

  becomeReady(): void {
    this.isReady = true;
    this.emit('ready');
  }
}

const clients: FakeClient[] = [];
const newest = (): FakeClient => clients.at(-1) as FakeClient;
const create = (): PresenceClient => {
  clients.push(new FakeClient());
  return newest() as unknown as PresenceClient;
};
const events = { onReady: vi.fn(), onProblemChanged: vi.fn() };
let connection: PresenceConnection;
beforeEach(() => {
  vi.useFakeTimers();
  clients.length = 0;
  for (const event of Object.values(events)) event.mockClear();
  connection = new PresenceConnection(create, TIMEOUT);
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

test('a client that does not become ready in time is replaced, until one does', () => {
  connection.use(events);
  vi.advanceTimersByTime(TIMEOUT);
  expect(clients).toHaveLength(1);
  vi.advanceTimersByTime(1000);
  expect(clients.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
  expect(events.onProblemChanged.mock.calls).toEqual([[causes.timedOut]]);
  newest().becomeReady();
  vi.advanceTimersByTime(10 * TIMEOUT);
  expect(clients).toHaveLength(2);
  expect(events.onProblemChanged.mock.calls).toEqual([[causes.timedOut], [undefined]]);
  expect(events.onReady).toHaveBeenCalledOnce();
});

test('the error of a client that is replaced stays the problem, and later events of it are ignored', () => {
  const [first] = clients as [FakeClient];
  first.emit('error', new Error('NOAUTH Authentication required.'));
  const { problem } = connection;
  vi.advanceTimersByTime(TIMEOUT + 1000);
  expect([clients.length, connection.problem]).toEqual([2, problem]);
  expect(problem).not.toBe(causes.timedOut);
  connection.use(events);
  expect(events.onProblemChanged.mock.calls).toEqual([[problem]]);
  first.emit('error', new Error('late'));
  first.becomeReady();
  expect([connection.problem, events.onReady.mock.calls]).toEqual([problem, []]);
});

test('a reply of a client that was replaced does not end the outage', async () => {
  newest().becomeReady();
  let answer: (count: number) => void = () => undefined;
  newest().reply = () => new Promise((resolve) => (answer = resolve));
  const pending = connection.run('hDel', 'key', 'field');
  vi.advanceTimersByTime(TIMEOUT + 1000);
  expect(clients).toHaveLength(2);
  answer(1);
  expect(await pending).toBe(1);
  expect(connection.problem).toBe(causes.silent(TIMEOUT));
});

test('after close, no client is created and nothing is reported', () => {
  connection.use(events);
  connection.close();
  newest().emit('error', new Error('closed'));
  vi.advanceTimersByTime(10 * TIMEOUT);
  expect([clients.length, events.onProblemChanged.mock.calls]).toEqual([1, []]);
});

test('a command that fails without a reason of Redis says that Redis is unavailable', async () => {
  connection.use(events);
  newest().becomeReady();
  newest().reply = () => Promise.reject(new Error('Socket closed unexpectedly'));
  await expect(connection.run('hDel', 'key', 'field')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_UNAVAILABLE',
    message: expect.stringContaining(causes.unavailable) as unknown,
  });
  expect(events.onProblemChanged).not.toHaveBeenCalled();
});

test('a command without a reply after close creates no client', () => {
  newest().becomeReady();
  connection.close();
  newest().reply = () => new Promise(() => undefined);
  void connection.run('hDel', 'key', 'field');
  vi.advanceTimersByTime(10 * TIMEOUT);
  expect(clients).toHaveLength(1);
});
