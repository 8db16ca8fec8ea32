import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ServiceMessage } from '../service-protocol/index.ts';
import type { ServiceConnection } from './service-connection.ts';
import { ServicePings } from './service-pings.ts';

const sent: string[] = [];
const events = { onTarget: vi.fn(), onInstanceOffline: vi.fn() };
const connection = (name: string): { isOpen: boolean } & ServiceConnection =>
  ({
    isOpen: true,
    send: (message: ServiceMessage) =>
      sent.push(`${name} ${'messages' in message ? message.messages.join('=') : ''}`),
  }) as unknown as { isOpen: boolean } & ServiceConnection;

let a: ReturnType<typeof connection>;
let b: ReturnType<typeof connection>;
let pings: ServicePings;
beforeEach(() => {
  // Other tests of the process may leave sockets, which set timeouts.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  sent.length = 0;
  [a, b] = [connection('a'), connection('b')];
  pings = new ServicePings(new Set([a, b]), events);
});
afterEach(() => {
  pings.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('one connection queries the status every ten seconds, and routers see the answer', async () => {
  await vi.advanceTimersByTimeAsync(30_000);
  expect(sent.map((line) => line.slice(2))).toEqual(['status=1', 'status=1', 'status=1']);
  pings.receive(a, ['status', '1', 'clientcount', '7', 'servercount', '2', 'capacity', '1000']);
  expect([pings.clientCount, pings.serverCount, pings.capacity]).toEqual([7, 2, 1000]);
  pings.receive(a, ['capacity', 'many', 'unknown', 'x', 'target', '', 'offline', '', 'odd']);
  expect(pings.capacity).toBe(0);
  expect([events.onTarget, events.onInstanceOffline].flatMap(({ mock }) => mock.calls)).toEqual([]);
});

test('a shutdown ping is repeated on every connection until it is acknowledged or the connection is lost', async () => {
  const agreed = vi.fn();
  void pings.shutdown('fin:1').then(agreed);
  expect(sent).toEqual(['a shutdown=fin:1', 'b shutdown=fin:1']);
  expect(pings.isShuttingDown).toBe(true);
  pings.receive(a, ['shutdown', 'finack']);
  await vi.advanceTimersByTimeAsync(5000);
  expect(sent.slice(2)).toEqual(['b shutdown=fin:1']);
  expect(agreed).not.toHaveBeenCalled();
  b.isOpen = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(agreed).toHaveBeenCalledOnce();
});

test('two shutdowns at once send one ping, and both end when it is acknowledged', async () => {
  const ended = vi.fn();
  void pings.shutdown('fin:1').then(ended); // an endpoint is removed
  void pings.shutdown('fin:1').then(ended); // and the app closes
  expect(sent).toEqual(['a shutdown=fin:1', 'b shutdown=fin:1']);
  pings.receive(a, ['shutdown', 'finack']);
  pings.receive(b, ['shutdown', 'finack']);
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledTimes(2);
});

test('a shutdown ping is sent at most 24 times', async () => {
  const agreed = vi.fn();
  void pings.shutdown('fin:2').then(agreed);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(sent.filter((line) => line === 'a shutdown=fin:2')).toHaveLength(24);
  expect(agreed).toHaveBeenCalledOnce();
});

test('counts that are not numbers are 0, and an acknowledgement without a shutdown is ignored', () => {
  pings.receive(a, ['clientcount', '7', 'servercount', '2', 'capacity', '9', 'unknown', 'x']);
  expect([pings.clientCount, pings.serverCount, pings.capacity]).toEqual([7, 2, 9]);
  pings.receive(a, ['clientcount', 'x', 'servercount', '', 'capacity', 'x', 'shutdown', 'finack']);
  pings.receive(a, ['shutdown', 'other', 'target', '', 'offline', '']);
  expect([pings.clientCount, pings.serverCount, pings.capacity]).toEqual([0, 0, 0]);
  expect(events.onTarget).not.toHaveBeenCalled();
  expect(events.onInstanceOffline).not.toHaveBeenCalled();
  expect(pings.isShuttingDown).toBe(false);
});
