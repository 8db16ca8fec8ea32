import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessagePackHubProtocol } from '@practical-signalr/protocol';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Gate } from '../../connections/gate.ts';
import { Hub } from '../hub.ts';
import type { HubMethodOptions } from '../hub-method-options.ts';
import { stream } from '../streams/stream-parameter.ts';
import {
  call,
  failure,
  streamCall,
  success,
  TestConnection,
} from '../../testing/dispatcher/test-connection.ts';
import { hasEnded, testDispatcher } from '../../testing/dispatcher/test-dispatcher.ts';

const gate = new Gate();

class TestHub extends Hub {
  echo(text: string): string {
    return text;
  }
  async wait(): Promise<string> {
    await gate.wait();
    return 'done';
  }
  async failLater(): Promise<void> {
    await gate.wait();
    throw new Error('broken');
  }
  fail(): void {
    throw new Error('broken');
  }
  /** Throws what a canceled call may throw. */
  stopEarly(): void {
    throw new DOMException('stopped', 'AbortError');
  }
  noStream(): unknown {
    return 1;
  }
  failBeforeStream(): unknown {
    throw new Error('broken');
  }
  async *count(): AsyncGenerator<number> {
    yield 1;
    await gate.wait();
    yield 2;
  }
  async *failWhileStreaming(): AsyncGenerator<number> {
    yield 1;
    throw new Error('broken');
  }
  upload(_items: AsyncIterable<unknown>, text: string): string {
    return text;
  }
}
const methods: Readonly<Record<string, HubMethodOptions>> = {
  echo: {},
  wait: {},
  failLater: {},
  fail: {},
  stopEarly: {},
  noStream: { streams: true },
  failBeforeStream: { streams: true },
  count: {},
  failWhileStreaming: {},
  upload: { arguments: [stream, z.string()] },
};
const refused = "Failed to invoke 'echo' because user is unauthorized";
const failed = "Failed to invoke 'echo' due to an error on the server.";

test('a synchronous call is complete when it returns', () => {
  const caller = TestConnection.open();
  const { dispatcher, hubs, logger } = testDispatcher(TestHub, methods);
  expect(dispatcher.invoke(caller, call('echo', { arguments: ['a'] }))).toBeUndefined();
  expect(caller.sent).toEqual([success('a')]);
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true]);
});

test('a schema may be asynchronous, and authorization follows it', async () => {
  const text = z.string().refine(async (value) => value !== '');
  for (const isAllowed of [true, false]) {
    const caller = TestConnection.open();
    const authorize = { policy: () => isAllowed };
    const { dispatcher } = testDispatcher(TestHub, { echo: { arguments: [text], authorize } });
    await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
    expect(caller.sent).toEqual([isAllowed ? success('a') : failure(refused)]);
  }
});

test.each([
  ['returns false', () => false],
  ['resolves with false', async () => false],
])('a call is refused if its policy %s', async (_how, policy) => {
  const caller = TestConnection.open();
  const { dispatcher, hubs, logger, failedCalls } = testDispatcher(TestHub, {
    echo: { authorize: { policy } },
  });
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([failure(refused)]);
  expect(logger.linesOf('debug')).toEqual([
    "A call of 'echo' of TestHub was refused: the user is not authorized.",
  ]);
  expect(failedCalls).toEqual(['TestHub']);
  expect(hubs).toEqual([]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('no database');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no database'))],
])('a call is refused if its policy %s, and the error is logged', async (_how, policy) => {
  const caller = TestConnection.open();
  const { dispatcher, logger, failedCalls } = testDispatcher(TestHub, {
    echo: { authorize: { policy } },
  });
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([failure(refused)]);
  expect(logger.linesOf('error')).toEqual([
    expect.stringMatching(/^The policy of TestHub\.echo failed\. .* Error: no database/),
  ]);
  expect(failedCalls).toEqual(['TestHub']);
});

test.each([
  ['returns true', () => true],
  ['resolves with true', async () => true],
])('a call runs if its policy %s', async (_how, verdict) => {
  const caller = TestConnection.open();
  const contexts: unknown[] = [];
  const policy = (...args: unknown[]): boolean | Promise<boolean> => {
    contexts.push(args);
    return verdict();
  };
  const { dispatcher } = testDispatcher(TestHub, { echo: { authorize: { policy } } });
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([success('a')]);
  const { user, request } = caller.callerContext;
  const context = { request, hubMethodName: 'echo', hubMethodArguments: ['a'] };
  expect(contexts).toEqual([[user, context]]);
});

test('a server that nobody observes answers failed calls too', async () => {
  const caller = TestConnection.open();
  const { dispatcher } = testDispatcher(TestHub, methods, { activity: undefined as never });
  void dispatcher.invoke(caller, call('nope'));
  void dispatcher.invoke(caller, call('fail'));
  void dispatcher.invoke(caller, streamCall('noStream'));
  void dispatcher.invoke(caller, streamCall('failWhileStreaming', { invocationId: '2' }));
  await nextTurn();
  const errors = caller.sent.filter((message) => 'error' in message);
  expect(errors).toHaveLength(4);
});

test('a call can be canceled while it runs, and not after it has ended', async () => {
  for (const target of ['wait', 'failLater']) {
    const caller = TestConnection.open();
    const { dispatcher, hubs, logger } = testDispatcher(TestHub, methods);
    const running = dispatcher.invoke(caller, call(target));
    expect(caller.streams.unansweredIds).toEqual(['1']);
    expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([false]);
    gate.open();
    await running;
    expect(caller.streams.unansweredIds).toEqual([]);
    expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true]);
    expect(caller.sent).toHaveLength(1);
  }
});

test('a call without an invocation id cannot be canceled and gets no answer', async () => {
  for (const target of ['wait', 'failLater', 'fail', 'echo']) {
    const caller = TestConnection.open();
    const { dispatcher } = testDispatcher(TestHub, methods);
    const args = target === 'echo' ? ['a'] : [];
    const running = dispatcher.invoke(
      caller,
      call(target, { invocationId: undefined, arguments: args }),
    );
    expect(caller.streams.unansweredIds).toEqual([]);
    gate.open();
    await running;
    expect(caller.sent).toEqual([]);
  }
});

test('errors are logged, except an AbortError of a closing connection', () => {
  const { dispatcher, logger } = testDispatcher(TestHub, methods);
  void dispatcher.invoke(TestConnection.open(), call('fail'));
  void dispatcher.invoke(TestConnection.open(), call('stopEarly'));
  expect(logger.linesOf('error')).toHaveLength(2);
  const closing = TestConnection.open();
  closing.isClosing = true;
  void dispatcher.invoke(closing, call('stopEarly'));
  expect(logger.linesOf('error')).toHaveLength(2);
  expect(logger.linesOf('debug')).toHaveLength(1);
  void dispatcher.invoke(closing, call('fail'));
  expect(logger.linesOf('error')).toHaveLength(3);
});

test('a schema that fails is an error of the server, and its text stays there', async () => {
  const schema = z.string().transform(() => {
    throw new DOMException('hunter2', 'AbortError');
  });
  const { dispatcher, logger } = testDispatcher(TestHub, { echo: { arguments: [schema] } });
  const caller = TestConnection.open();
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([failure(failed)]);
  expect(logger.linesOf('error')).toEqual([expect.stringContaining('hunter2')]);
});

test('only the issues of a schema are exposed, not a wrong number of arguments', () => {
  const { dispatcher } = testDispatcher(
    TestHub,
    { echo: { arguments: [z.string()] } },
    { exposeValidationErrors: true },
  );
  const caller = TestConnection.open();
  void dispatcher.invoke(caller, call('echo', { arguments: [1] }));
  void dispatcher.invoke(caller, call('echo', { arguments: [] }));
  expect(caller.sent).toEqual([
    { ...failure(''), error: expect.stringContaining('HubException: Argument 1 is invalid') },
    failure(failed),
  ]);
});

test('with MessagePack, a wrong number of arguments is noticed before a wrong type', () => {
  const caller = TestConnection.open(new MessagePackHubProtocol());
  const options = { enableDetailedErrors: true };
  const { dispatcher } = testDispatcher(TestHub, { echo: { arguments: [z.string()] } }, options);
  void dispatcher.invoke(caller, call('echo', { arguments: [1, 2] }));
  expect(caller.sent).toEqual([{ ...failure(''), error: expect.stringContaining('provides 2') }]);
});

test('a streaming method that returns no stream is answered with an error', async () => {
  const caller = TestConnection.open();
  const { dispatcher, hubs, logger } = testDispatcher(TestHub, methods);
  expect(dispatcher.invoke(caller, streamCall('noStream'))).toBeUndefined();
  await nextTurn();
  const text = "The value returned by the streaming method 'noStream' is not a";
  expect(caller.sent).toEqual([{ ...failure(''), error: expect.stringContaining(text) }]);
  expect(caller.streams.unansweredIds).toEqual([]);
  expect(hubs.map((hub) => hasEnded(logger, hub))).toEqual([true]);
});

test('a stream that fails before its first item does not run any more', () => {
  const caller = TestConnection.open();
  void testDispatcher(TestHub, methods).dispatcher.invoke(caller, streamCall('failBeforeStream'));
  expect(caller.sent).toHaveLength(1);
  expect(caller.streams.unansweredIds).toEqual([]);
});

test('a failed call does not end the stream that has the same invocation id', async () => {
  const caller = TestConnection.open();
  const { dispatcher } = testDispatcher(TestHub, methods);
  void dispatcher.invoke(caller, streamCall('count'));
  void dispatcher.invoke(caller, call('fail'));
  expect(caller.streams.unansweredIds).toEqual(['1']);
  await nextTurn();
  gate.open();
  await nextTurn();
  expect(caller.streams.unansweredIds).toEqual([]);
});

test.each([true, false])('a stream says whether it ends by a move: %s', async (isMoved) => {
  const caller = TestConnection.open();
  void testDispatcher(TestHub, methods).dispatcher.invoke(caller, streamCall('count'));
  await nextTurn();
  if (isMoved) caller.streams.move('c', { whenIdle: (onIdle) => onIdle() }, () => undefined);
  gate.open();
  await nextTurn();
  const completion = caller.sent.at(-1);
  if (isMoved)
    expect(completion).toMatchObject({ error: expect.stringContaining('has taken over') });
  else expect(completion).toEqual({ type: 3, invocationId: '1', hasResult: false });
});

test('a stream that is called plainly, and the reverse, do not run', () => {
  const caller = TestConnection.open();
  const { dispatcher, hubs } = testDispatcher(TestHub, methods);
  void dispatcher.invoke(caller, call('count'));
  void dispatcher.invoke(caller, streamCall('echo', { arguments: ['a'] }));
  expect(caller.sent).toHaveLength(2);
  expect(caller.streams.unansweredIds).toEqual([]);
  expect(hubs).toEqual([]);
});

test.each([
  ['has ended', 'upload', ['a']],
  ['is refused', 'upload', [1]],
  ['has no method', 'nope', ['a']],
])('the uploads of a call that %s are closed', (_how, target, args) => {
  const caller = TestConnection.open();
  caller.streams.uploads.open(['u']);
  const message = call(target, { arguments: args, streamIds: ['u'] });
  void testDispatcher(TestHub, methods).dispatcher.invoke(caller, message);
  expect(caller.sent).toHaveLength(1);
  expect(caller.streams.uploads.size).toBe(0);
});

test('if even an error cannot be written, the connection is closed', () => {
  const caller = TestConnection.open();
  caller.isUnwritable = true;
  const { dispatcher, logger } = testDispatcher(TestHub, methods);
  void dispatcher.invoke(caller, call('fail'));
  expect(caller.isAborted).toBe(true);
  expect(logger.linesOf('error')).toHaveLength(2);
});

test('a message that is invalid after its arguments closes the connection', () => {
  const caller = TestConnection.open();
  const envelopeError = new Error('invalid');
  const message = call('echo', { arguments: ['a'], envelopeError });
  expect(testDispatcher(TestHub, methods).dispatcher.invoke(caller, message)).toBeUndefined();
  expect(caller.invalidMessage).toBe(envelopeError);
  expect(caller.sent).toEqual([]);
});
