import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AckHandler } from './ack-handler.ts';
import type { ServiceConnection } from './service-connection.ts';

const one = {} as ServiceConnection;
const two = {} as ServiceConnection;
let acks: AckHandler;
beforeEach(() => {
  // Other tests of the process may leave sockets, which set timeouts.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  acks = new AckHandler();
});
afterEach(() => {
  acks.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('ids count from 1; ok resolves true, not found false, every other status rejects', async () => {
  const pendingAcks = Array.from({ length: 5 }, () => acks.create(one));
  expect(pendingAcks.map(({ ackId }) => ackId)).toEqual([1, 2, 3, 4, 5]);
  const results = Promise.allSettled(pendingAcks.map(({ acked }) => acked));
  for (const [i, status] of [1, 2, 3, 4, 9].entries()) acks.settle(i + 1, status, 'because');
  acks.settle(1, 1, ''); // again
  acks.settle(99, 1, ''); // nobody's
  const outcomes = (await results).map((result) =>
    result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
  );
  expect(outcomes).toEqual([
    true,
    false,
    expect.stringContaining('in time'),
    expect.stringContaining('in time'),
    expect.stringContaining('refused the operation: because'),
  ]);
});

test('an acknowledgement may take ten seconds', async () => {
  const { acked } = acks.create(one);
  const rejected = expect(acked).rejects.toThrow('did not answer in time');
  await vi.advanceTimersByTimeAsync(9000);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(3000);
  await rejected;
});

test('only the operations of a lost connection reject', async () => {
  const [lost, kept] = [acks.create(one), acks.create(two)];
  const rejected = expect(lost.acked).rejects.toThrow('lost before');
  acks.connectionLost(one);
  await rejected;
  acks.settle(kept.ackId, 1, '');
  expect(await kept.acked).toBe(true);
});

test('time in which the process was stopped does not count', async () => {
  const { ackId, acked } = acks.create(one);
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
  vi.advanceTimersToNextTimer();
  clock.mockRestore();
  acks.settle(ackId, 1, '');
  expect(await acked).toBe(true);
});
