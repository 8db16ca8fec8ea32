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
