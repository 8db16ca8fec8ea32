import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import { call } from '../../testing/dispatcher/test-connection.ts';
import {
  openHubConnection,
  type TestHubConnection,
  TestTransport,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';
import type { HandOverSettings } from './departure.ts';

const gate = new Gate();

class TestHub extends Hub {
  wait(): Promise<void> {
    return gate.wait();
  }
}

/** A transport that can be replaced by another one. */
class ReplaceableTransport extends TestTransport {
  abandon(): void {
    this.calls.push('abandon');
  }
}

let client: TestHubConnection;
const open = (lifetime: object = {}): TestHubConnection =>
  (client = openHubConnection({
    hub: TestHub,
    methods: { wait: {} },
    transport: new ReplaceableTransport(),
    useStatefulReconnect: true,
    lifetime,
  }));

/** Settings under which connections have a second to finish. `records` are what was stored. */
function createSettings(more: Partial<HandOverSettings> = {}) {
  const records: string[] = [];
  const handOver = {
    hasPendingResults: () => false,
    failPendingResults: () => undefined,
    record: async ({ createRecord }: { createRecord: (groups: readonly string[]) => string }) => {
      records.push(createRecord([]));
      return undefined;
    },
  };
  const settings = {
    handOver,
    seal: { seal: (text: string) => text },
    drainTimeout: 1000,
    moves: { run: (move: () => unknown) => move() },
    claimTimeout: 1000,
    ...more,
  } as unknown as HandOverSettings;
  return { settings, records };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  gate.open();
  client.connection.onClose();
  await nextTurn();
  vi.useRealTimers();
});

test('a connection whose connected hook takes too long is closed instead of moved', async () => {
  const { connection, join, takeSent } = open({ onConnected: () => gate.wait() });
  await join(2);
  const { settings, records } = createSettings();
  const moved = connection.handOver(settings);
  vi.advanceTimersByTime(999);
  expect(connection.isClosing).toBe(false);
  vi.advanceTimersByTime(1);
  expect([await moved, records]).toEqual([undefined, []]);
  expect(takeSent()).toEqual([{ type: 7, allowReconnect: true }]);
});

test('calls that take too long fail, if they have an invocation id, and the connection moves', async () => {
  const { connection, join, receive } = open();
  await join(2);
  receive(call('wait', { invocationId: '1' }));
  receive({ type: 1, target: 'wait', arguments: [] });
  receive(call('wait', { invocationId: '2' }));
  const { settings, records } = createSettings();
  const moved = connection.handOver(settings);
  vi.advanceTimersByTime(1000);
  await moved;
  const { messages } = JSON.parse(records[0] as string) as { messages: { messages: string[] } };
  const completions = messages.messages.map((text) => JSON.parse(text.slice(0, -1)) as object);
  const error = expect.stringContaining('another server') as string;
  expect(completions).toEqual([
    { type: 3, invocationId: '1', error },
    { type: 3, invocationId: '2', error },
  ]);
});

test('a connection that closes while others move is not stored', async () => {
  const { connection, join } = open();
  await join(2);
  const hasRoom = new Gate();
  const moves = {
    run: async (move: () => Promise<undefined>) => {
      await hasRoom.wait();
      return move();
    },
  } as unknown as HandOverSettings['moves'];
  const { settings, records } = createSettings({ moves });
  const moved = connection.handOver(settings);
  connection.onClose();
  hasRoom.open();
  expect([await moved, records]).toEqual([undefined, []]);
});
