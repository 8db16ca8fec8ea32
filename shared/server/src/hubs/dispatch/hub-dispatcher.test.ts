import { type HubMessage, JsonHubProtocol, MessageType } from '@practical-signalr/protocol';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Gate } from '../../connections/gate.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import type { HubLifetimeManager } from '../../scale-out/hub-lifetime-manager.ts';
import type { CallingConnection, Invocation } from '../calling-connection.ts';
import { ClientResultTypes } from '../client-results.ts';
import { ReadGate } from '../connection/read-gate.ts';
import type { GroupManager } from '../hub-clients.ts';
import type { HubMethodOptions } from '../hub-method-options.ts';
import type { HubOptions } from '../hub-options.ts';
import { Hub } from '../hub.ts';
import { ClientStreams } from '../streams/client-streams.ts';
import { HubDispatcher } from './hub-dispatcher.ts';
import { findHubMethods } from './hub-methods.ts';

const logger = new CollectingLogger();
let failedCalls = 0;
const gate = new Gate();
const hubs: TestHub[] = [];
afterEach(() => {
  logger.lines.length = 0;
  failedCalls = 0;
  hubs.length = 0;
});

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
  /** Throws what a cancelled call may throw. */
  stopEarly(): void {
    throw new DOMException('stopped', 'AbortError');
  }
  noStream(): unknown {
    return 1;
  }
  async *count(): AsyncGenerator<number> {
    yield 1;
    await gate.wait();
    yield 2;
  }
}

/** A connection that keeps what it sends, and whose serializer fails for `unwritable`. */
class TestConnection {
  readonly connectionId = 'c';
  readonly callerContext = {
    connectionId: 'c',
    user: { sub: 'ada' },
    request: { query: new URLSearchParams('access_token=hunter2'), headers: {} },
    connectionAborted: new AbortController().signal,
  };
  readonly clientResults = new ClientResultTypes(undefined);
  readonly lifetime = {} as HubLifetimeManager;
  readonly streams = new ClientStreams(
    10,
    new ReadGate({ pause: () => undefined, resume: () => undefined }),
  );
  readonly protocol = new JsonHubProtocol();
  isClosing = false;
  isAborted = false;
  invalidMessage: Error | undefined;
  readonly sent: HubMessage[] = [];
  unwritable = false;

  send(message: HubMessage): void {
    if (this.unwritable) throw new TypeError('cannot write');
    this.sent.push(message);
  }
  abort(): void {
    this.isAborted = true;
  }
  closeAfterInvalidMessage(error: Error): void {
    this.invalidMessage = error;
  }
  whenRoom(): undefined {
    return undefined;
  }
  streamItemWriter(invocationId: string): (item: unknown) => void {
    return (item) => this.send({ type: MessageType.StreamItem, invocationId, item });
  }
  letNextCallRun(): void {}
}

type Methods = Readonly<Record<string, HubMethodOptions>>;
const unrestricted: Methods = {
  echo: {},
  wait: {},
  failLater: {},
  fail: {},
  stopEarly: {},
  noStream: { streams: true },
  count: {},
};

function createDispatcher(methods: Methods, isObserved = true): HubDispatcher {
  const observer = {
    onFailedCall: (hubName: string) => {
      expect(hubName).toBe('TestHub');
      failedCalls++;
    },
  };
  const options = {
    logger,
    filters: [],
    enableDetailedErrors: false,
    ...(isObserved ? { activity: { observer } } : {}),
  } as unknown as HubOptions;
  const create = (): TestHub => {
    const hub = new TestHub();
    hubs.push(hub);
    return hub;
  };
  return new HubDispatcher(
    'TestHub',
    create as unknown as () => Hub<never>,
    findHubMethods('TestHub', TestHub.prototype, methods),
    options,
    {} as HubLifetimeManager,
    {} as GroupManager,
    new ClientResultTypes(undefined),
    () => undefined,
  );
}

const connection = (): TestConnection & CallingConnection =>
  new TestConnection() as unknown as TestConnection & CallingConnection;
const call = (target: string, more: object = {}): Invocation =>
  ({
    type: MessageType.Invocation,
    invocationId: '1',
    target,
    arguments: [],
    ...more,
  }) as Invocation;
const streamCall = (target: string, more: object = {}): Invocation =>
  call(target, { type: MessageType.StreamInvocation, ...more });
const failure = (error: string) => ({ type: 3, invocationId: '1', hasResult: false, error });
const success = (result: unknown) => ({ type: 3, invocationId: '1', hasResult: true, result });
const refused = "Failed to invoke 'echo' because user is unauthorized";

/** Returns whether the call of a hub has ended: then a use of its context is logged. */
function hasEnded(hub: TestHub): boolean {
  const before = logger.lines.length;
  void hub.context;
  return logger.lines.length > before;
}

test('a synchronous call is complete when it returns', () => {
  const caller = connection();
  const running = createDispatcher(unrestricted).invoke(caller, call('echo', { arguments: ['a'] }));
  expect(running).toBeUndefined();
  expect(caller.sent).toEqual([success('a')]);
  expect(hubs.map(hasEnded)).toEqual([true]);
});

test('a schema may be asynchronous, and authorization follows it', async () => {
  const text = z.string().refine(async (value) => value !== '');
  for (const isAllowed of [true, false]) {
    const caller = connection();
    const authorize = { policy: () => isAllowed };
    const dispatcher = createDispatcher({ echo: { arguments: [text], authorize } });
    await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
    expect(caller.sent).toEqual([isAllowed ? success('a') : failure(refused)]);
  }
});

test.each([
  ['returns false', () => false],
  ['resolves with false', async () => false],
])('a call is refused if its policy %s', async (_how, policy) => {
  const caller = connection();
  const dispatcher = createDispatcher({ echo: { authorize: { policy } } });
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([failure(refused)]);
  expect(logger.linesOf('debug')).toEqual([
    "A call of 'echo' of TestHub was refused: the user is not authorized.",
  ]);
  expect(failedCalls).toBe(1);
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
  const caller = connection();
  const dispatcher = createDispatcher({ echo: { authorize: { policy } } });
  await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
  expect(caller.sent).toEqual([failure(refused)]);
  expect(logger.linesOf('error')).toEqual([
    expect.stringMatching(/^The policy of TestHub\.echo failed\. .* Error: no database/),
  ]);
  expect(failedCalls).toBe(1);
});

test('an allowed call runs', async () => {
  for (const policy of [() => true, async () => true]) {
    const caller = connection();
    const dispatcher = createDispatcher({ echo: { authorize: { policy } } });
    await dispatcher.invoke(caller, call('echo', { arguments: ['a'] }));
    expect(caller.sent).toEqual([success('a')]);
  }
});

test('a server that nobody observes answers failed calls too', async () => {
  const caller = connection();
  const dispatcher = createDispatcher(unrestricted, false);
  void dispatcher.invoke(caller, call('nope'));
  void dispatcher.invoke(caller, call('fail'));
  void dispatcher.invoke(caller, streamCall('noStream'));
  await new Promise(setImmediate);
  expect(caller.sent).toHaveLength(3);
});

test('a call can be cancelled while it runs, and not after it has ended', async () => {
  for (const target of ['wait', 'failLater']) {
    const caller = connection();
    const running = createDispatcher(unrestricted).invoke(caller, call(target));
    expect(caller.streams.unansweredIds).toEqual(['1']);
    expect(hubs.map(hasEnded)).toEqual([false]);
    gate.open();
    await running;
    expect(caller.streams.unansweredIds).toEqual([]);
    expect(hubs.map(hasEnded)).toEqual([true]);
    expect(caller.sent).toHaveLength(1);
    hubs.length = 0;
  }
});

test('a call without an invocation id cannot be cancelled and gets no answer', async () => {
  for (const target of ['wait', 'failLater', 'fail', 'echo']) {
    const caller = connection();
    const dispatcher = createDispatcher(unrestricted);
    const message = call(target, {
      invocationId: undefined,
      arguments: target === 'echo' ? [1] : [],
    });
    const running = dispatcher.invoke(caller, message);
    expect(caller.streams.unansweredIds).toEqual([]);
    gate.open();
    await running;
    expect(caller.sent).toEqual([]);
  }
});

test('errors are logged, except an AbortError of a cancelled call or a closing connection', async () => {
  const dispatcher = createDispatcher(unrestricted);
  void dispatcher.invoke(connection(), call('fail'));
  void dispatcher.invoke(connection(), call('stopEarly'));
  expect(logger.linesOf('error')).toHaveLength(2);
  logger.lines.length = 0;
  const closing = connection();
  closing.isClosing = true;
  void dispatcher.invoke(closing, call('stopEarly'));
  expect(logger.linesOf('error')).toEqual([]);
  expect(logger.linesOf('debug')).toHaveLength(1);
  void dispatcher.invoke(closing, call('fail'));
  expect(logger.linesOf('error')).toHaveLength(1);
});

test('a streaming method that returns no stream is answered with an error', async () => {
  const caller = connection();
  expect(createDispatcher(unrestricted).invoke(caller, streamCall('noStream'))).toBeUndefined();
  await new Promise(setImmediate);
  const text = "The value returned by the streaming method 'noStream' is not a";
  expect(caller.sent).toEqual([{ ...failure(''), error: expect.stringContaining(text) }]);
  expect(caller.streams.unansweredIds).toEqual([]);
  expect(hubs.map(hasEnded)).toEqual([true]);
});

test('a stream that moves to another server says so, and one that ends by itself does not', async () => {
  for (const isMoved of [true, false]) {
    const caller = connection();
    void createDispatcher(unrestricted).invoke(caller, streamCall('count'));
    await new Promise(setImmediate);
    if (isMoved) caller.streams.move('c', { whenIdle: (onIdle) => onIdle() }, () => undefined);
    gate.open();
    await new Promise(setImmediate);
    const completion = caller.sent.at(-1);
    if (isMoved)
      expect(completion).toMatchObject({ error: expect.stringContaining('has taken over') });
    else expect(completion).toEqual({ type: 3, invocationId: '1', hasResult: false });
  }
});

test('a failed stream and a plain call of a stream leave no running call', async () => {
  const caller = connection();
  const dispatcher = createDispatcher(unrestricted);
  void dispatcher.invoke(caller, call('count'));
  void dispatcher.invoke(caller, streamCall('echo', { arguments: ['a'] }));
  expect(caller.sent).toHaveLength(2);
  expect(caller.streams.unansweredIds).toEqual([]);
  expect(hubs).toEqual([]);
});

test('if even an error cannot be written, the connection is closed', () => {
  const caller = connection();
  caller.unwritable = true;
  void createDispatcher(unrestricted).invoke(caller, call('fail'));
  expect(caller.isAborted).toBe(true);
  expect(logger.linesOf('error')).toHaveLength(2);
});

test('a message that is invalid after its arguments closes the connection', () => {
  const caller = connection();
  const envelopeError = new Error('invalid');
  const message = call('echo', { arguments: ['a'], envelopeError });
  expect(createDispatcher(unrestricted).invoke(caller, message)).toBeUndefined();
  expect(caller.invalidMessage).toBe(envelopeError);
  expect(caller.sent).toEqual([]);
});
