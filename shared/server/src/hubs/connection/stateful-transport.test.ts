import { JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { RunningClock } from '../../connections/running-clock.ts';
import type { Transport } from '../../connections/transport.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import type { HubOptions } from '../hub-options.ts';
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
function createTransport(calls: string[], name: string): Transport {
  const record = (method: string) => (): undefined => {
    calls.push(`${name} ${method}`);
  };
  const methods = ['send', 'sendShared', 'close', 'abort', 'pause', 'resume', 'drop'];
  return {
    name: 'WebSockets',
    whenRoom: () => undefined,
    progress: 0,
    ...Object.fromEntries(methods.map((method) => [method, record(method)])),
  } as unknown as Transport;
}

/** A connection with stateful reconnect on its first transport. */
function createConnection() {
  const calls: string[] = [];
  const connection = {
    onReceive: () => undefined,
    onReconnected: () => calls.push('reconnected'),
    onClose: (isLost?: boolean) => calls.push(`closed ${isLost}`),
  } as unknown as StatefulConnection;
  const context = { connectionId: 'c' } as ConnectionContext;
  const first = createTransport(calls, 'first');
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
