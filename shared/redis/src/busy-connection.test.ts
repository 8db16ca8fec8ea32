import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import { afterEach, expect, test, vi } from 'vitest';
import { redis } from './redis.ts';
import { LoggedHub } from './testing/logged-hub.ts';
import { RecordingRedis } from './testing/recording-redis.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function start() {
  const recording = new RecordingRedis();
  const log = new LoggedHub();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const manager = redis({ client: recording.client })(log.hub);
  await manager.onConnected(new LifetimeSuiteClient('ann'));
  return { recording, manager, log };
}

test('a publisher that replies to other messages is alive, even if the heartbeat waits', async () => {
  const { recording, manager, log } = await start();
  let confirm = recording.holdConfirmations();
  await vi.advanceTimersByTimeAsync(1000); // The first heartbeat is sent and waits.
  for (let i = 0; i < 10; i++) {
    const confirmEarlier = confirm;
    confirm = recording.holdConfirmations();
    const sent = manager.sendAll('m', [i]);
    if (i > 0) confirmEarlier();
    await vi.advanceTimersByTimeAsync(4000);
    await sent;
  }
  expect(log.matching(/does not reach/)).toEqual([]);
  expect(manager.health?.().status).toBe('Healthy');
  confirm();
  await manager.close?.();
});

test('a publisher that replies to nothing is replaced after heartbeatTimeout', async () => {
  const { recording, manager, log } = await start();
  const confirm = recording.holdConfirmations();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(log.matching(/silent for 5000 ms/)).toHaveLength(1);
  confirm();
  await manager.close?.();
});

test('a heartbeat precedes the messages that wait to be written, and other messages do not', async () => {
  const { recording, manager } = await start();
  const confirm = recording.holdConfirmations();
  for (let i = 0; i < 3; i++) void manager.sendAll('m', [i]);
  await vi.advanceTimersByTimeAsync(5000);
  confirm();
  const urgent = recording.published.filter(({ isUrgent }) => isUrgent);
  const others = recording.published.filter(({ isUrgent }) => !isUrgent);
  expect(new Set(urgent.map(({ channel }) => channel.split(':internal:ack:')[0]))).toEqual(
    new Set(['ChatHub']),
  );
  expect(others.map(({ channel }) => channel)).toEqual(Array(3).fill('ChatHub:all'));
  await manager.close?.();
});

test('a send waits for room before more than 1 MB is unconfirmed, and above 64 MB it is rejected', async () => {
  const { recording, manager, log } = await start();
  await log.logged(/over Redis/);
  const confirm = recording.holdConfirmations();
  const large = 'x'.repeat(400_000); // Each message is published in two encodings.
  await manager.sendAll('m', [large]);
  let isWaiting = true;
  const waiting = manager.sendAll('m', [large]).then(() => (isWaiting = false));
  await vi.advanceTimersByTimeAsync(0);
  expect(isWaiting).toBe(true);
  const settled = Promise.allSettled(
    Array.from({ length: 90 }, () => manager.sendAll('m', [large])),
  );
  await expect(manager.sendAll('m', [large])).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_NOT_SENT',
    message: expect.stringContaining('does not keep up') as string,
  });
  confirm();
  await waiting;
  const accepted = (await settled).filter(({ status }) => status === 'fulfilled');
  expect(accepted.length).toBeGreaterThan(80);
  expect(accepted.length).toBeLessThan(90);
  await manager.close?.();
});
