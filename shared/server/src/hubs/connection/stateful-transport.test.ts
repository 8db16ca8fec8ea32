import { JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import { expect, test, vi } from 'vitest';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { RunningClock } from '../../connections/running-clock.ts';
import { SharedPayload } from '../../connections/shared-payload.ts';
import type { Transport } from '../../connections/transport.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import type { HubOptions } from '../hub-options.ts';
import { MAXIMUM_UNACKNOWLEDGED } from './message-buffer.ts';
import { type StatefulConnection, StatefulTransport } from './stateful-transport.ts';

const json = new JsonHubProtocol();
const clock = new RunningClock(0);
const options = {
  statefulReconnectBufferSize: 4,
  sendTimeout: 100,
  disconnectTimeout: 60_000,
  logger: new CollectingLogger(),
} as unknown as HubOptions;

/** A transport that records its calls. */
function createTransport(calls: string[], name: string, more: object = {}): Transport {
  const record = (method: string) => (): undefined => {
    calls.push(`${name} ${method}`);
  };
  const methods = ['send', 'sendShared', 'close', 'abort', 'pause', 'resume', 'drop'];
  const transport = {
    name: 'WebSockets',
    whenRoom: () => undefined,
    progress: 0,
    ...Object.fromEntries(methods.map((method) => [method, record(method)])),
  };
  Object.defineProperties(transport, Object.getOwnPropertyDescriptors(more));
  return transport as unknown as Transport;
}

/** A connection with stateful reconnect on its first transport. */
function createConnection(more: object = {}) {
  const calls: string[] = [];
  const connection = {
    onReceive: (chunk: string) => calls.push(`received ${chunk}`),
    onReconnected: () => calls.push('reconnected'),
    onClose: (isLost?: boolean, isTimedOut?: boolean) =>
      calls.push(`closed ${isLost}${isTimedOut === true ? ', late' : ''}`),
  } as unknown as StatefulConnection;
  const context = { connectionId: 'c' } as ConnectionContext;
  const first = createTransport(calls, 'first', more);
  const transport = new StatefulTransport(connection, context, first, options, clock);
  transport.start(json);
  const reconnect = (): string[] => {
    calls.length = 0;
    context.reconnect?.(createTransport(calls, 'second'));
    return calls;
  };
  return { transport, context, calls, reconnect };
}

test('a new transport is paused only if reading is paused', () => {
  const reading = createConnection();
  expect(reading.reconnect()).toEqual(['second send', 'reconnected']);
  const paused = createConnection();
  paused.transport.pause();
  expect(paused.reconnect()).toEqual(['second pause', 'second send', 'reconnected']);
  const resumed = createConnection();
  resumed.transport.pause();
  resumed.transport.resume();
  expect(resumed.reconnect()).toEqual(['second send', 'reconnected']);
});

test('after a reconnect, everything reaches the new transport', () => {
  const { transport, calls, reconnect } = createConnection();
  reconnect();
  calls.length = 0;
  transport.send('a');
  transport.pause();
  transport.resume();
  transport.sendUncounted('ping');
  transport.close();
  expect(calls).toEqual(['send', 'pause', 'resume', 'send', 'close'].map((one) => `second ${one}`));
});

test('a lost connection waits for its client, and a closed one does not', () => {
  const lost = createConnection();
  lost.transport.onClose(true);
  expect([lost.calls, lost.context.reconnect === undefined]).toEqual([[], false]);
  expect(lost.transport.onHeartbeat(clock.now(), json)).toBe(false);
  lost.transport.abort();
  expect(lost.calls).toEqual(['first abort', 'closed true']);
  const closed = createConnection();
  closed.transport.onClose(false);
  expect([closed.calls, closed.context.reconnect]).toEqual([['closed false'], undefined]);
});

test('a client that does not acknowledge is closed after more than the send timeout', () => {
  const { transport, calls } = createConnection();
  const now = clock.now();
  transport.send('abcde');
  calls.length = 0;
  expect(transport.onHeartbeat(now, json)).toBe(true);
  expect(transport.onHeartbeat(now + 100, json)).toBe(true);
  expect(calls).toEqual([]);
  expect(transport.onHeartbeat(now + 101, json)).toBe(false);
  expect(calls).toEqual(['first abort']);
});

test('a client that does not acknowledge is closed when its buffer exceeds the maximum', () => {
  const { transport, calls } = createConnection();
  const part = 'a'.repeat(MAXIMUM_UNACKNOWLEDGED / 4);
  for (let i = 0; i < 5; i++) transport.send(part); // the largest message does not count
  expect(calls).not.toContain('first abort');
  transport.send(part);
  expect(calls.filter((call) => call !== 'first send')).toEqual(['first abort']);
});

test('only new calls, results, pings and Close reach the connection', () => {
  const { transport } = createConnection();
  const completion = { type: MessageType.Completion, invocationId: '1', hasResult: false } as const;
  const call = { type: MessageType.Invocation, target: 'm', arguments: [] } as const;
  expect(transport.isForConnection(call)).toBe(true);
  expect(transport.isForConnection(completion)).toBe(true);
  expect(transport.isForConnection({ type: MessageType.Ping })).toBe(true);
  expect(transport.isForConnection({ type: MessageType.Close, allowReconnect: true })).toBe(true);
  expect(transport.isForConnection({ type: MessageType.Ack, sequenceId: 1 })).toBe(false);
  expect(transport.isForConnection({ type: MessageType.Sequence, sequenceId: 1 })).toBe(false);
  expect(transport.isForConnection(call)).toBe(false);
  transport.deferCalls();
  expect(transport.isForConnection(completion)).toBe(false);
  expect(transport.isForConnection(call)).toBe(false);
  expect(transport.isForConnection(completion)).toBe(true);
});

test('data of the client reaches the connection, and shared payloads are sent and kept', () => {
  const { transport, calls } = createConnection();
  transport.onReceive('x');
  transport.sendShared(new SharedPayload('a'));
  expect(calls).toEqual(['received x', 'first sendShared']);
  expect(transport.name).toBe('WebSockets');
  expect(transport.buffer?.length).toBe(1);
});

test('senders wait for the transport and for acknowledgements, but not while the connection moves', async () => {
  const { transport, context } = createConnection();
  expect(transport.whenRoom()).toBeUndefined();
  transport.send('abcde');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  expect(transport.whenRoom(false)).toBeUndefined();
  const never = new Promise<void>(() => undefined);
  expect(createConnection({ whenRoom: () => never }).transport.whenRoom()).toBe(never);
  transport.beginMove();
  await room;
  expect([transport.whenRoom(), context.reconnect]).toEqual([undefined, undefined]);
});

test('while reading is paused, senders do not wait for acknowledgements', async () => {
  const { transport } = createConnection();
  transport.send('abcde');
  const room = transport.whenRoom();
  expect(room).toBeInstanceOf(Promise);
  transport.pause();
  await room;
  expect(transport.whenRoom()).toBeUndefined();
  transport.resume();
  expect(transport.whenRoom()).toBeInstanceOf(Promise);
});

test('a connection that moves survives the end of its transport, unless it closes', () => {
  const moving = createConnection();
  moving.transport.beginMove();
  moving.transport.onClose(false);
  expect(moving.calls).toEqual([]);
  moving.transport.abort();
  expect(moving.calls).toEqual(['first abort', 'closed true']);
  const closing = createConnection();
  closing.transport.beginMove();
  closing.transport.close();
  closing.transport.onClose(false);
  expect(closing.calls).toEqual(['first close', 'closed false']);
});

test('a socket is dropped without a Close, by each transport in its own way', () => {
  const dropped = createConnection();
  dropped.transport.dropSocket();
  expect(dropped.calls).toEqual(['first drop']);
  expect(dropped.transport.onHeartbeat(clock.now(), json)).toBe(false);
  const abandon = vi.fn();
  createConnection({ drop: undefined, abandon }).transport.dropSocket();
  expect(abandon).toHaveBeenCalledTimes(1);
  expect(() => createConnection({ drop: undefined }).transport.dropSocket()).not.toThrow();
});

test('a client that does not come back is disconnected after the timeout', () => {
  vi.useFakeTimers();
  const { transport, calls, context } = createConnection();
  transport.onClose(true);
  vi.advanceTimersByTime(59_000);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(calls).toEqual(['first abort', 'closed true, late']);
  expect(context.reconnect).toBeUndefined();
  const back = createConnection();
  back.transport.onClose(true);
  back.reconnect();
  vi.advanceTimersByTime(120_000);
  expect(back.calls).toEqual(['second send', 'reconnected']);
  vi.useRealTimers();
});

test('acknowledgements remove messages, and due ones are sent', () => {
  const { transport } = createConnection();
  const sent: unknown[] = [];
  const receiving = createConnection({ send: (payload: unknown) => sent.push(payload) });
  transport.send('a');
  transport.send('b');
  transport.isForConnection({ type: MessageType.Ping });
  expect(transport.buffer?.length).toBe(2);
  transport.isForConnection({ type: MessageType.Ack, sequenceId: 1 });
  expect(transport.buffer?.length).toBe(1);
  const call = { type: MessageType.Invocation, target: 'm', arguments: [] } as const;
  receiving.transport.isForConnection(call);
  receiving.transport.onHeartbeat(clock.now(), json);
  expect(sent).toEqual([]);
  receiving.transport.onHeartbeat(clock.now() + 1100, json);
  expect(sent).toEqual(['{"type":8,"sequenceId":1}\u001e']);
});

test('a client that reads has time to acknowledge', () => {
  const first = { progress: 0 };
  const { transport, calls } = createConnection({
    get progress() {
      first.progress++;
      return first.progress;
    },
  });
  transport.send('abcde');
  const now = clock.now();
  for (const later of [0, 100, 200, 300]) transport.onHeartbeat(now + later, json);
  expect(calls).toEqual(['first send']);
});

test('a restored connection waits for its client, with the messages between', () => {
  const calls: string[] = [];
  const connection = {
    onReconnected: () => calls.push('reconnected'),
    onClose: () => calls.push('closed'),
  } as unknown as StatefulConnection;
  const context = { connectionId: 'c' } as ConnectionContext;
  const none = createTransport(calls, 'none');
  const transport = new StatefulTransport(connection, context, none, options, clock);
  transport.awaitClient(json, 0, ['ignored']);
  expect([transport.buffer, context.reconnect]).toEqual([undefined, undefined]);
  expect(transport.onHeartbeat(clock.now(), json)).toBe(true);
  const state = { firstId: 1, messages: ['a', 'b'], receivedId: 0, acknowledgedId: 0 };
  transport.restore(state);
  expect(transport.onHeartbeat(clock.now(), json)).toBe(false);
  transport.awaitClient(json, 1, ['x']);
  expect(transport.buffer?.messagesFrom(0)).toEqual(['a', 'x', 'b']);
  context.reconnect?.(createTransport(calls, 'second'));
  expect(calls).toEqual([...Array<string>(4).fill('second send'), 'reconnected']);
});

test('before the handshake confirms stateful reconnect, a lost connection is closed', () => {
  const calls: string[] = [];
  const connection = { onClose: () => calls.push('closed') } as unknown as StatefulConnection;
  const context = { connectionId: 'c' } as ConnectionContext;
  const first = createTransport(calls, 'first');
  const transport = new StatefulTransport(connection, context, first, options, clock);
  expect(transport.isForConnection({ type: MessageType.Ping })).toBe(true);
  expect(transport.isForConnection({ type: MessageType.Ack, sequenceId: 1 })).toBe(false);
  transport.send('a');
  expect(transport.whenRoom()).toBeUndefined();
  transport.beginMove();
  transport.close();
  transport.onClose(true);
  expect(calls).toEqual(['first send', 'first close', 'closed']);
});

test('the end of a disconnected client is reported once', () => {
  const { transport, calls } = createConnection();
  transport.onClose(true);
  transport.abort();
  transport.abort();
  expect(calls).toEqual(['first abort', 'closed true', 'first abort']);
});

test('after a reconnect, the connection checks for silence again', () => {
  const { transport, reconnect } = createConnection();
  transport.onClose(true);
  reconnect();
  expect(transport.onHeartbeat(clock.now(), json)).toBe(true);
});

test('calls with streams are deferred too', () => {
  const { transport } = createConnection();
  transport.deferCalls();
  const call = { target: 'm', arguments: [], invocationId: '1' };
  expect(transport.isForConnection({ type: MessageType.StreamInvocation, ...call })).toBe(false);
});

test('a connection without stateful reconnect defers calls, and closes when it is lost', () => {
  const calls: string[] = [];
  const connection = { onClose: () => calls.push('closed') } as unknown as StatefulConnection;
  const context = { connectionId: 'c' } as ConnectionContext;
  const first = createTransport(calls, 'first');
  const transport = new StatefulTransport(connection, context, first, options, clock);
  transport.deferCalls();
  const call = { type: MessageType.Invocation, target: 'm', arguments: [] } as const;
  expect(transport.isForConnection(call)).toBe(false);
  transport.onClose(true);
  expect(calls).toEqual(['closed']);
});
