import { type HubConnection, HubConnectionState } from '@microsoft/signalr';
import { afterEach, expect, test, vi } from 'vitest';
import { ConnectionLifecycle } from './connection-lifecycle.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([1000, Infinity])(
  'a start that fails is repeated after %s ms, not earlier',
  async (ms) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const connection = {
      state: HubConnectionState.Disconnected,
      connectionId: null,
      start: vi.fn<() => Promise<void>>(() => Promise.reject(new Error('The server is down.'))),
      onreconnecting: vi.fn<() => void>(),
      onreconnected: vi.fn<() => void>(),
      onclose: vi.fn<() => void>(),
    };
    const lifecycle = new ConnectionLifecycle(connection as unknown as HubConnection, ms);
    const unmount = lifecycle.start();
    await vi.advanceTimersByTimeAsync(999);
    expect(connection.start).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.start).toHaveBeenCalledTimes(ms === 1000 ? 2 : 1);
    unmount();
  },
);
