import { setImmediate as nextTurn } from 'node:timers/promises';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { JsonHubProtocol } from '@practical-signalr/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import type { HandOverSettings } from '../hand-over/departure.ts';
import { call } from '../../testing/dispatcher/test-connection.ts';
import {
  openHubConnection,
  type TestHubConnection,
  type TestHubConnectionOptions,
  TestTransport,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';
import type { ConnectionClosedEvent } from './diagnostics.ts';

const gate = new Gate();

class TestHub extends Hub {
  override onConnectionMoved(): void {
    client.events.push('moved');
    if (hookError !== undefined) throw hookError;
  }
  override onDisconnected(): Promise<void> | undefined {
    client.events.push('disconnected');
    return hasSlowHook ? gate.wait() : undefined;
  }
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
let hasSlowHook = false;
let hookError: Error | undefined;
let statuses: string[] = [];
const onClosed = (event: unknown): void => {
  statuses.push((event as ConnectionClosedEvent).status);
};
const open = (more: Partial<TestHubConnectionOptions> = {}): TestHubConnection =>
  (client = openHubConnection({ hub: TestHub, methods: { wait: {} }, ...more }));
const openStateful = (more: Partial<TestHubConnectionOptions> = {}): TestHubConnection =>
  open({ transport: new ReplaceableTransport(), useStatefulReconnect: true, ...more });

beforeEach(() => {
  hasSlowHook = false;
  hookError = undefined;
  statuses = [];
  subscribe('practical-signalr.connection.closed', onClosed);
});
afterEach(async () => {
  gate.open();
  client.connection.onClose();
  await nextTurn();
  unsubscribe('practical-signalr.connection.closed', onClosed);
  vi.useRealTimers();
});

const ping = { type: 6 };
const shutdown = { type: 7, allowReconnect: true };
const timeout = {
  type: 7,
  error: 'Connection closed with an error.',
  allowReconnect: true,
};

test('the server sends a ping after a silent interval, but not before the handshake', async () => {
  const { connection, join, takeSent } = open();
  connection.onHeartbeat(20_000);
  await join();
  connection.onHeartbeat(20_000);
  expect(takeSent()).toEqual([ping]);
  connection.onHeartbeat(34_999); // the ping is recorded as sent
  connection.onHeartbeat(49_998);
  expect(takeSent()).toEqual([]);
  connection.onHeartbeat(49_999);
  expect(takeSent()).toEqual([ping]);
  connection.abort();
  takeSent();
  connection.onHeartbeat(90_000);
  expect(takeSent()).toEqual([]);
});

test('a transport that keeps itself alive gets no ping', async () => {
  class LongPolling extends TestTransport {
    readonly hasInherentKeepAlive = true;
  }
  const { connection, join, takeSent } = open({ transport: new LongPolling() });
  await join();
  connection.onHeartbeat(20_000);
  connection.onHeartbeat(40_000);
  expect(takeSent()).toEqual([]);
});

test('a client that has sent a ping and then nothing times out', async () => {
  const { connection, join, receive, takeSent } = open();
  await join();
  receive(ping);
  connection.onHeartbeat(10_000);
  connection.onHeartbeat(40_000);
  expect(connection.isClosing).toBe(false);
  connection.onHeartbeat(40_001);
  expect(takeSent()).toEqual([ping, timeout]);
  connection.onClose();
  expect(statuses).toEqual(['timeout']);
});

test('silence does not count while a call runs or reading is paused', async () => {
  const { connection, join, receive } = open();
  await join();
  receive(ping);
  connection.onHeartbeat(10_000);
  receive(call('wait'));
  connection.onHeartbeat(20_000);
  connection.onHeartbeat(90_000);
  expect(connection.isClosing).toBe(false);
  gate.open();
  await nextTurn();
  for (let i = 0; i < 200; i++) receive(call('wait'));
  connection.onHeartbeat(180_000);
  connection.onHeartbeat(270_000);
  expect(connection.isClosing).toBe(false);
});

test('a server that stops lets the client reconnect, and waits for a hook until its limit', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  hasSlowHook = true;
  const { connection, join, takeSent, events, logger } = open();
  await join();
  connection.shutdown();
  connection.shutdown();
  expect(takeSent()).toEqual([shutdown]);
  connection.onClose();
  await nextTurn();
  expect(statuses).toEqual(['app_shutdown']);
  expect(events).not.toContain('ended');
  vi.advanceTimersByTime(30_000);
  expect(events.at(-1)).toBe('ended');
  expect(logger.linesOf('error')).toHaveLength(1);
});

test('the limit of a server that stops is canceled when the connection has left', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { connection, join, events } = open();
  await join();
  connection.abort();
  connection.shutdown(); // the client has closed first
  connection.onClose();
  await nextTurn();
  expect(statuses).toEqual(['normal_closure']);
  expect(vi.getTimerCount()).toBe(0);
  expect(events.filter((event) => event === 'ended')).toEqual(['ended']);
});

test('a client without stateful reconnect cannot move to another server', async () => {
  const { connection, join, takeSent } = open();
  await join();
  expect(await connection.handOver({} as HandOverSettings)).toBeUndefined();
  expect(takeSent()).toEqual([shutdown]);
  const closing = openStateful();
  await closing.join(2);
  closing.connection.abort();
  expect(await closing.connection.handOver({} as HandOverSettings)).toBeUndefined();
  expect(closing.takeSent()).toEqual([{ type: 7 }]);
});

test('only a client of version 2 reconnects, on a transport that can be replaced', async () => {
  const { context, join, connection, receive } = openStateful();
  expect(connection.transportEvents).not.toBe(connection);
  await join(2);
  expect(context.reconnect).toBeDefined();
  const second = new ReplaceableTransport();
  connection.onReceive('{"type":6'); // is never completed
  context.reconnect?.(second);
  receive({ type: 9, sequenceId: 1 });
  receive({ type: 7 });
  expect(connection.isClosing).toBe(true);
  const old = openStateful();
  await old.join(1);
  expect(old.context.reconnect).toBeUndefined();
  const fixed = open({ useStatefulReconnect: true });
  await fixed.join(2);
  expect(fixed.context.reconnect).toBeUndefined();
  expect(fixed.connection.transportEvents).toBe(fixed.connection);
  expect(fixed.connection.isClosing).toBe(false);
});

test('a client that is away is neither pinged nor timed out', async () => {
  const { connection, join, receive, takeSent, context } = openStateful();
  await join(2);
  receive(ping);
  connection.onHeartbeat(10_000);
  connection.transportEvents.onClose(true);
  connection.onHeartbeat(90_000);
  expect([takeSent(), connection.isClosing]).toEqual([[], false]);
  context.reconnect?.(new ReplaceableTransport());
  connection.onHeartbeat(90_001); // the reconnect counts as a message of the client
  expect(connection.isClosing).toBe(false);
});

const restoredState = { firstId: 1, messages: [], receivedId: 0, acknowledgedId: 0 };

test('a connection of another server runs the hook for it, and then the calls of the client', async () => {
  const { connection, events, takeSent, context, receive } = openStateful();
  connection.restore(new JsonHubProtocol(), restoredState, true);
  expect(context.reconnect).toBeUndefined();
  connection.activate(new JsonHubProtocol(), 0, []);
  expect(context.reconnect).toBeDefined();
  await nextTurn();
  expect(events).toEqual(['opened TestHub', 'moved']);
  expect(connection.hasJoined).toBe(true);
  receive(ping);
  connection.onHeartbeat(90_000);
  expect(takeSent()).toEqual([]);
  connection.endDeparture(false);
  await nextTurn();
  expect(events.slice(2)).toEqual(['closed TestHub', 'leaving', 'disconnected', 'left', 'ended']);
  connection.endDeparture(false);
  expect(statuses).toEqual(['app_shutdown']);
});

test('a hook for a moved connection that fails closes it, and the client may reconnect', async () => {
  hookError = new Error('refused');
  const { connection, logger, transport, takeSent } = openStateful();
  connection.restore(new JsonHubProtocol(), restoredState, false);
  connection.activate(new JsonHubProtocol(), 0, []);
  await nextTurn();
  expect(connection.isClosing).toBe(true);
  expect(transport.calls).toContain('close');
  expect(takeSent()).toEqual([timeout]);
  expect(logger.linesOf('error')).toHaveLength(1);
});

test('a connection that another server has taken over ends without its disconnected hook', async () => {
  const { connection, join, events, transport } = open();
  await join();
  events.length = 0;
  connection.endDeparture(true);
  expect(transport.calls).toEqual(['abort']);
  connection.onClose();
  await nextTurn();
  expect(events).toEqual(['closed TestHub', 'ended']);
  connection.endDeparture(true);
  expect(transport.calls).toEqual(['abort']);
});

/** Settings of a hand-over whose record is `stored`. `record` is called before it is stored. */
function handOverSettings(record: (parts: RecordParts) => void): HandOverSettings {
  const handOver = {
    hasPendingResults: () => false,
    failPendingResults: () => undefined,
    record: async (parts: RecordParts) => {
      record(parts);
      return undefined;
    },
  };
  return {
    handOver: handOver as unknown as HandOverSettings['handOver'],
    seal: { seal: (text: string) => text } as unknown as HandOverSettings['seal'],
    drainTimeout: 60_000, // a test that waits for it hangs
    moves: { run: (move: () => unknown) => move() } as HandOverSettings['moves'],
    claimTimeout: 1000,
  };
}
interface RecordParts {
  readonly createRecord: (groups: readonly string[]) => string;
  readonly createTail: () => string | undefined;
}

test('a connection that cannot be stored stays with its record, and receives nothing more', async () => {
  const { connection, join, takeSent, receive } = openStateful();
  await join(2);
  const texts: (string | undefined)[] = [];
  const settings = handOverSettings(({ createRecord, createTail }) => {
    receive({ type: 7 }); // belongs to the other server
    expect(connection.isClosing).toBe(false);
    texts.push(createRecord(['group']), createTail());
    connection.abort();
    texts.push(createTail());
  });
  expect(await connection.handOver(settings)).toBeUndefined();
  expect(texts[0]).toContain('group');
  expect(texts.map((text) => text === undefined)).toEqual([false, false, true]);
  receive(call('wait'));
  expect(takeSent()).toEqual([]);
});

test('a connection whose hook still runs, or whose record fails, is closed instead of moved', async () => {
  const early = openStateful({ lifetime: { onConnected: () => gate.wait() } });
  await early.join(2);
  const drained = early.connection.handOver(handOverSettings(() => undefined));
  gate.open();
  expect(await drained).toBeUndefined();
  const failing = openStateful();
  await failing.join(2);
  const settings = handOverSettings(() => {
    throw new Error('no Redis');
  });
  expect(await failing.connection.handOver(settings)).toBeUndefined();
  expect(failing.takeSent()).toEqual([shutdown]);
  expect(failing.logger.linesOf('warn')).toEqual([expect.stringContaining('no Redis')]);
});

test('a connection that closes while it drains is not stored', async () => {
  const { connection, join, receive } = openStateful();
  await join(2);
  receive(call('wait'));
  const records: unknown[] = [];
  const moved = connection.handOver(handOverSettings((parts) => records.push(parts)));
  connection.onClose();
  expect([await moved, records]).toEqual([undefined, []]);
});

test('a hand-over waits for the results of the client', async () => {
  const { connection, join, receive } = openStateful();
  await join(2);
  let records = 0;
  const settings = handOverSettings(() => void records++);
  let hasPendingResults = true;
  Object.assign(settings.handOver, { hasPendingResults: () => hasPendingResults });
  const moved = connection.handOver(settings);
  expect(records).toBe(0);
  hasPendingResults = false;
  receive({ type: 3, invocationId: 'result', result: 1 });
  await moved;
  expect(records).toBe(1);
});

test('a message that a client repeats after a reconnect is handled once', async () => {
  const { context, join, receive, events } = openStateful();
  await join(2);
  const result = { type: 3, invocationId: 'once', result: 1 };
  receive(result);
  context.reconnect?.(new ReplaceableTransport());
  receive({ type: 9, sequenceId: 1 });
  receive(result);
  expect(events.filter((event) => event === 'result once of c')).toHaveLength(1);
});

test('a client that another server has taken over is closed when its calls are answered', async () => {
  const { connection, join, receive, transport } = open();
  await join();
  receive(call('wait'));
  connection.onMoved();
  await nextTurn();
  expect(transport.calls).toEqual([]);
  gate.open();
  await nextTurn();
  expect(transport.calls).toEqual(['close']);
});
