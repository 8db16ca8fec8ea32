import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type HubMessage, JsonHubProtocol } from '@practical-signalr/protocol';
import { afterEach, expect, test } from 'vitest';
import { Gate } from '../../connections/gate.ts';
import type { BytesInFlight } from '../../limits/bytes-in-flight.ts';
import type { CallLimiter } from '../../limits/call-limiter.ts';
import { SharedMessage } from '../../scale-out/shared-message.ts';
import { call } from '../../testing/dispatcher/test-connection.ts';
import {
  END,
  openHubConnection,
  type TestHubConnection,
  type TestHubConnectionOptions,
  TestTransport,
} from '../../testing/dispatcher/test-hub-connection.ts';
import { Hub } from '../hub.ts';
import { stream } from '../streams/stream-parameter.ts';

const gate = new Gate();

/** The completion of a call, as the client receives it. */
const success = (result: unknown, invocationId = '1') => ({ type: 3, invocationId, result });

class TestHub extends Hub {
  override async onConnected(): Promise<void> {
    if (hasSlowHook) await gate.wait();
    if (hookError !== undefined) throw hookError;
  }
  override onDisconnected(error?: Error): void {
    client.events.push(`disconnected ${error?.message}`);
  }
  echo(text: string): string {
    return text;
  }
  async wait(): Promise<string> {
    await gate.wait();
    return 'done';
  }
  async waitForCancel(): Promise<string> {
    const { invocationAborted } = this.context;
    if (!invocationAborted.aborted) await once(invocationAborted, 'abort');
    return 'canceled';
  }
  async upload(items: AsyncIterable<unknown>): Promise<unknown[]> {
    const received = [];
    for await (const item of items) received.push(item);
    return received;
  }
}
const methods = { echo: {}, wait: {}, waitForCancel: {}, upload: { arguments: [stream] } };

let client: TestHubConnection;
let hasSlowHook = false;
let hookError: Error | undefined;
const open = (more: Partial<TestHubConnectionOptions> = {}): TestHubConnection =>
  (client = openHubConnection({ hub: TestHub, methods, ...more }));
afterEach(async () => {
  hasSlowHook = false;
  hookError = undefined;
  gate.open();
  await nextTurn();
  client.connection.onClose();
  await nextTurn();
});

test('calls in the chunk of the handshake run after the connected hook', async () => {
  hasSlowHook = true;
  const { connection, receive, takeSent, events } = open();
  expect([connection.protocol, connection.userIdentifier]).toEqual([undefined, 'ada']);
  connection.onReceive('{"protocol":"json",');
  expect(takeSent()).toEqual([]);
  connection.onReceive(
    `"version":1}${END}${JSON.stringify(call('echo', { arguments: ['a'] }))}${END}`,
  );
  receive(call('echo', { arguments: ['b'] }));
  await nextTurn();
  expect(connection.protocol?.name).toBe('json');
  expect(connection.openedAt).toBeLessThanOrEqual(performance.now());
  expect([takeSent(), events]).toEqual([[{}], ['opened TestHub', 'joined']]);
  gate.open();
  await nextTurn();
  expect(takeSent()).toEqual([success('a'), success('b')]);
  expect(connection.hasJoined).toBe(true);
});

test('a connection that closes leaves once, after its disconnected hook', async () => {
  const { connection, join, events, transport } = open();
  await join();
  events.length = 0;
  connection.onClose();
  connection.onClose();
  await nextTurn();
  expect(events).toEqual(['closed TestHub', 'leaving', 'disconnected undefined', 'left', 'ended']);
  expect(connection.hasJoined).toBe(false);
  expect(transport.calls).toEqual([]);
});

test('a connection that closes during the connected hook leaves after the hook', async () => {
  hasSlowHook = true;
  const { connection, join, events, receive, takeSent } = open();
  await join();
  receive(call('echo', { arguments: ['a'] }));
  events.length = 0;
  connection.onClose();
  await nextTurn();
  expect(events).toEqual(['closed TestHub']);
  gate.open();
  await nextTurn();
  expect(events.slice(1)).toEqual(['leaving', 'disconnected undefined', 'left', 'ended']);
  expect(takeSent()).toEqual([]);
});

test('a connected hook that fails closes the connection, and removes the calls', async () => {
  hookError = new Error('refused');
  const { connection, events, receive, takeSent, transport, logger } = open();
  receive({ protocol: 'json', version: 1 });
  receive(call('echo', { arguments: ['a'] }));
  await nextTurn();
  const error = 'Connection closed with an error.';
  expect(takeSent()).toEqual([{}, { type: 7, error }]);
  expect(transport.calls).toEqual(['close']);
  expect(logger.linesOf('error')).toHaveLength(1);
  connection.onClose();
  await nextTurn();
  expect(events.slice(1)).toEqual(['joined', 'failed TestHub', 'leaving', 'left', 'ended']);
});

test('a lifetime manager that fails is logged at each step, and the connection still ends', async () => {
  const fail = async (): Promise<void> => {
    throw new Error('no Redis');
  };
  const { connection, join, events, logger } = open({
    lifetime: { onDisconnecting: fail, onDisconnected: fail },
  });
  await join();
  connection.onClose();
  await nextTurn();
  expect(events.at(-1)).toBe('ended');
  expect(events).toContain('disconnected undefined');
  expect(logger.linesOf('error')).toHaveLength(2);
  const refusing = open({ lifetime: { onConnected: fail } });
  await refusing.join();
  expect(refusing.connection.hasJoined).toBe(false);
  refusing.connection.onClose();
  await nextTurn();
  expect(refusing.events).toEqual(['opened TestHub', 'failed TestHub', 'ended']);
});

test('a handshake that is refused closes the connection, which ignores all later data', async () => {
  const { connection, receive, takeSent, transport } = open();
  receive({ protocol: 'xml', version: 1 });
  receive({ protocol: 'json', version: 1 });
  expect(takeSent()).toEqual([{ error: "The protocol 'xml' is not supported." }]);
  expect([transport.calls, connection.isClosing]).toEqual([['close'], true]);
});

test('a client whose user id cannot be read is refused at its handshake', () => {
  const getUserId = (): string => {
    throw new Error('no database');
  };
  const { receive, takeSent, connection, logger } = open({
    options: { userIdProvider: { getUserId } },
  });
  receive({ protocol: 'json', version: 1 });
  expect(takeSent()).toEqual([
    { error: 'An unexpected error occurred during connection handshake.' },
  ]);
  expect(connection.userIdentifier).toBeUndefined();
  expect(logger.linesOf('error')).toHaveLength(1);
});

test('an invalid message closes the connection when the calls before it have started', async () => {
  const { connection, join, receive, takeSent, transport, logger } = open();
  await join();
  receive(call('echo', { arguments: ['first'] }));
  receive(call('wait'));
  connection.onReceive(`{${END}`);
  receive(call('echo', { arguments: ['ignored'] }));
  await nextTurn();
  await nextTurn();
  const close = { type: 7, error: 'Connection closed with an error.', allowReconnect: true };
  expect(takeSent()).toEqual([success('first'), close]);
  expect(transport.calls).toEqual(['close']);
  expect(logger.linesOf('debug')).toEqual([expect.not.stringContaining('not a function')]);
});

test('a detailed error contains the message', async () => {
  const { connection, join, takeSent } = open({ options: { enableDetailedErrors: true } });
  await join();
  connection.closeWithError(new Error('too fast'));
  expect(takeSent()).toEqual([{ type: 7, error: expect.stringContaining('too fast') as string }]);
});

test('a Close message of the client closes the connection, and its error reaches the hook', async () => {
  for (const error of ['broken', undefined]) {
    const { connection, join, receive, takeSent, events, transport } = open();
    await join();
    receive({ type: 7, error });
    expect([takeSent(), transport.calls]).toEqual([[{ type: 7 }], ['close']]);
    connection.onClose();
    await nextTurn();
    expect(events.find((event) => event.startsWith('disconnected'))).toContain(String(error));
  }
});

test('abort sends one Close message with the reason, and stops all calls', async () => {
  const { connection, join, receive, takeSent, transport } = open();
  await join();
  receive(call('wait'));
  receive(call('echo', { arguments: ['a'] }));
  const { connectionAborted } = connection.callerContext;
  connection.abort('banned');
  connection.abort();
  gate.open();
  await nextTurn();
  expect([takeSent(), transport.calls]).toEqual([[{ type: 7, error: 'banned' }], ['close']]);
  expect(connectionAborted.aborted).toBe(true);
  const other = open();
  await other.join();
  other.connection.abort();
  expect(other.takeSent()).toEqual([{ type: 7 }]);
});

test('a Close message that cannot be written is logged, and the connection closes', async () => {
  const protocol = new JsonHubProtocol();
  const { connection, join, transport, logger } = open({ options: { protocols: [protocol] } });
  await join();
  protocol.writeMessage = () => {
    throw new Error('unwritable');
  };
  connection.abort();
  expect(transport.calls).toEqual(['close']);
  expect(logger.linesOf('error')).toEqual([expect.stringMatching(/Close.*unwritable/s)]);
});

test('messages of others are written after the handshake, and until the connection closes', async () => {
  const { connection, join, takeSent, transport } = open();
  const message = new SharedMessage('show', ['a']);
  expect(connection.write(message)).toBeUndefined();
  connection.send({ type: 6 });
  expect(takeSent()).toEqual([]);
  await join();
  transport.room = gate.wait();
  expect(connection.write(message)).toBe(transport.room);
  expect(connection.whenRoom()).toBe(transport.room);
  expect(takeSent()).toEqual([{ type: 1, target: 'show', arguments: ['a'] }]);
  const writeItem = connection.streamItemWriter('5');
  writeItem(1);
  expect(takeSent()).toEqual([{ type: 2, invocationId: '5', item: 1 }]);
  connection.abort();
  takeSent();
  writeItem(2);
  expect([connection.write(message), connection.whenRoom()]).toEqual([undefined, undefined]);
  expect(takeSent()).toEqual([]);
});

test('a message that was encoded without the protocol of the connection closes it', async () => {
  const { connection, join, takeSent, transport, logger } = open();
  await join();
  const message = SharedMessage.fromEncoded(new Map([['messagepack', Buffer.alloc(1)]]));
  expect(connection.write(message)).toBeUndefined();
  expect([takeSent(), transport.calls]).toEqual([[{ type: 7 }], ['close']]);
  expect(logger.linesOf('error')).toEqual([expect.stringContaining('json')]);
});

test('uploads open when their call arrives, and items and results reach their receivers', async () => {
  const { join, receive, takeSent, events } = open();
  await join();
  receive(call('upload', { streamIds: ['u'] }));
  receive({ type: 2, invocationId: 'u', item: 1 });
  receive({ type: 2, invocationId: 'u', item: 2 });
  receive({ type: 3, invocationId: 'u' });
  receive({ type: 3, invocationId: 'unknown', result: 1 });
  await nextTurn();
  expect(takeSent()).toEqual([success([1, 2])]);
  expect(events.at(-1)).toBe('result unknown of c');
});

test('a call with too many uploads is refused, and reported if it has an invocation id', async () => {
  const { join, receive, takeSent } = open();
  await join();
  const streamIds = Array.from({ length: 1001 }, (_, i) => `${i}`);
  receive(call('upload', { invocationId: '2', streamIds }));
  receive({ type: 1, target: 'upload', arguments: [], streamIds });
  await nextTurn();
  expect(takeSent()).toEqual([
    { type: 3, invocationId: '2', error: expect.stringContaining('1000') as string },
  ]);
});

test('the client cancels a call that runs, and a call that waits', async () => {
  const { join, receive, takeSent } = open();
  await join();
  receive(call('waitForCancel', { invocationId: '1' }));
  receive(call('waitForCancel', { invocationId: '2' }));
  receive({ type: 5, invocationId: '2' });
  await nextTurn();
  expect(takeSent()).toEqual([]);
  receive({ type: 5, invocationId: '1' });
  await nextTurn();
  expect(takeSent()).toEqual([success('canceled'), success('canceled', '2')]);
});

test('a client that sends 64 KB is paused until the next turn, unless it shares its socket', async () => {
  const { join, receive, transport } = open();
  await join();
  const long = call('echo', { arguments: ['a'.repeat(70_000)] });
  receive(long);
  expect(transport.calls).toEqual(['pause']);
  await nextTurn();
  expect(transport.calls).toEqual(['pause', 'resume']);
  class SharedSocket extends TestTransport {
    readonly isMultiplexed = true;
  }
  const shared = open({ transport: new SharedSocket() });
  await shared.join();
  shared.receive(long);
  expect(shared.transport.calls).toEqual([]);
});

test('an upload item that cannot be read ends the upload, and unknown messages are ignored', async () => {
  const protocol = new JsonHubProtocol();
  const { join, receive, connection, takeSent } = open({ options: { protocols: [protocol] } });
  const unreadable = { type: 2, invocationId: 'u', item: undefined, itemError: new Error('x') };
  let messages: readonly object[] = [];
  protocol.createReader = () => ({
    read: (_chunk, onMessage) => messages.forEach((message) => onMessage(message as HubMessage, 0)),
  });
  await join();
  messages = [call('upload', { streamIds: ['u'] }), unreadable, { type: 8, sequenceId: 1 }];
  receive({});
  await nextTurn();
  expect(takeSent()).toEqual([
    { type: 3, invocationId: '1', error: expect.stringContaining('upload') as string },
  ]);
  expect(connection.isClosing).toBe(false);
});

test('messages after the one that closes the connection are ignored, in the same chunk too', async () => {
  const { join, connection, events, takeSent } = open();
  await join();
  const result = JSON.stringify({ type: 3, invocationId: 'late', result: 1 });
  connection.onReceive(`{"type":7}${END}${result}${END}`);
  connection.onReceive(`${result}${END}`);
  expect(takeSent()).toEqual([{ type: 7 }]);
  expect(events).not.toContain('result late of c');
});

test('a call that waits for the result of a client lets the next call run', async () => {
  const protocol = new JsonHubProtocol();
  const { join, receive, connection, takeSent } = open({ options: { protocols: [protocol] } });
  const waiting = call('wait', { invocationId: '9' });
  let messages: readonly HubMessage[] = [];
  protocol.createReader = () => ({
    read: (_chunk, onMessage) => messages.forEach((message) => onMessage(message, 0)),
  });
  await join();
  messages = [waiting, call('echo', { arguments: ['a'] })];
  receive({});
  connection.letNextCallRun(undefined);
  expect(takeSent()).toEqual([]);
  connection.letNextCallRun(waiting);
  expect(takeSent()).toEqual([success('a')]);
});

test('a call over the rate of the connection does not run', async () => {
  let isAllowed = true;
  const rates = { closesConnection: false, takeCall: () => isAllowed, takeItem: () => true };
  const limiter = { ratesOf: () => rates } as unknown as CallLimiter;
  const { join, receive, takeSent } = open({ limits: { limiter } });
  await join();
  receive(call('echo', { arguments: ['a'] }));
  expect(takeSent()).toEqual([success('a')]);
  isAllowed = false;
  receive(call('echo', { arguments: ['b'] }));
  expect(takeSent()).toEqual([{ type: 3, invocationId: '1', error: expect.any(String) as string }]);
});

test('a client whose calls wait is not read while the calls of all clients take too much', async () => {
  let bytes = 0;
  const bytesInFlight = {
    isExceeded: true,
    change: (difference: number) => void (bytes += difference),
  } as unknown as BytesInFlight;
  const { join, receive, transport } = open({ limits: { bytesInFlight } });
  await join();
  receive(call('wait', { invocationId: '9' }));
  receive(call('echo', { arguments: ['a'] }));
  expect(transport.calls).toEqual(['pause']);
  expect(bytes).toBeGreaterThan(0);
  gate.open();
  await nextTurn();
  expect(transport.calls).toEqual(['pause', 'resume']);
  expect(bytes).toBe(0);
});
