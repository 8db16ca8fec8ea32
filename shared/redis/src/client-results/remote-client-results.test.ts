import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CompletionMessage,
  ConnectionIndex,
  JsonHubProtocol,
  type LifetimeConnection,
  MessagePackHubProtocol,
  type SharedMessage,
} from '@practical-signalr/server/scale-out';
import { afterEach, expect, test, vi } from 'vitest';
import { RedisChannels } from '../pub-sub/redis-channels.ts';
import { ForeignMessageError, readCompletion, readInvocation } from '../pub-sub/redis-protocol.ts';
import { RemoteClientResults, type RemoteClientResultsContext } from './remote-client-results.ts';
import { MAX_PER_CONNECTION } from './remote-invocations.ts';

afterEach(() => vi.useRealTimers());

const [json, messagePack] = [new JsonHubProtocol(), new MessagePackHubProtocol()];
const message = {
  encoded: ({ name }: { name: string }) => (name === 'json' ? { payload: 'hello' } : undefined),
} as unknown as SharedMessage;

/** Client results on a Redis whose reply to PUBLISH is `reply`. */
function create(reply: () => Promise<number>, countsReceivers = true) {
  const published: { channel: string; payload: Uint8Array }[] = [];
  const failed: [string, unknown][] = [];
  const completed: [string, CompletionMessage][] = [];
  const lost: string[] = [];
  const warnings: string[] = [];
  const results = new RemoteClientResults({
    hub: { logger: { warn: (line: string) => warnings.push(line) } },
    options: { countsReceivers, ackTimeout: 1000 },
    protocols: [json, messagePack],
    bus: {
      request: (channel: string, payload: Uint8Array) => {
        published.push({ channel, payload });
        return reply();
      },
    },
    channels: new RedisChannels('app.', 'ChatHub', 'server 1'),
    results: {
      connectionLost: (id: string) => lost.push(id),
      fail: (id: string, error: Error) => failed.push([id, (error as NodeJS.ErrnoException).code]),
      failWhere: (isLost: (id: string) => boolean, createError: (id: string) => Error) => {
        for (const id of ['here', 'elsewhere'])
          if (isLost(id)) failed.push([id, createError(id).message]);
      },
      connectionOf: (id: string) => (id === 'known' ? 'c' : undefined),
      tryComplete: (id: string, completion: CompletionMessage) => completed.push([id, completion]),
    },
  } as unknown as RemoteClientResultsContext);
  return { results, published, failed, completed, lost, warnings };
}

const complete = (
  protocol: string,
  text: string,
): Parameters<RemoteClientResults['onCompletion']>[0] => ({
  protocol,
  message: Buffer.from(text),
});
/** The parts of a connection that are read here. */
const connectionOf = (parts: Partial<LifetimeConnection>): LifetimeConnection =>
  parts as LifetimeConnection;

test('an invocation goes to the channel of the client, and waits for the result', async () => {
  const { results, published, failed } = create(async () => 1);
  results.invoke('c', 'known', message);
  await nextTurn();
  expect(failed).toEqual([]);
  const [{ channel, payload }] = published as [(typeof published)[0]];
  expect(channel).toBe('app.ChatHub:connection:c');
  expect(readInvocation(payload)).toMatchObject({ invocationId: 'known' });
  expect([...readInvocation(payload).messages.keys()]).toEqual(['json']);
});

test('an invocation fails at once if no server has the client', async () => {
  const { results, failed } = create(async () => 0);
  results.invoke('c', '1', message);
  await nextTurn();
  expect(failed).toEqual([['1', 'ERR_SIGNALR_REDIS_CONNECTION_NOT_FOUND']]);
});

test('an invocation fails with the error of Redis', async () => {
  const { results, failed } = create(() =>
    Promise.reject(Object.assign(new Error('gone'), { code: 'GONE' })),
  );
  results.invoke('c', '1', message);
  await nextTurn();
  expect(failed).toEqual([['1', 'GONE']]);
});

test('where Redis cannot count the receivers, an invocation fails after the time limit', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { results, failed } = create(async () => 0, false);
  results.invoke('c', '1', message);
  await nextTurn();
  vi.advanceTimersByTime(999);
  expect(failed).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(failed).toEqual([['1', 'ERR_SIGNALR_REDIS_RESULT_TIMEOUT']]);
});

test('a result completes the invocation that waits for it, and only that', () => {
  const { results, completed } = create(async () => 1);
  results.onCompletion(complete('json', '{"type":3,"invocationId":"known","result":5}\u001e'));
  results.onCompletion(complete('json', '{"type":3,"invocationId":"late","result":5}\u001e'));
  expect(completed).toEqual([['c', expect.objectContaining({ invocationId: 'known', result: 5 })]]);
});

test('results in unknown protocols are logged once, with a short name', () => {
  const { results, completed, warnings } = create(async () => 1);
  results.onCompletion(complete('xml', '<result/>'));
  for (let i = 0; i < 1000; i++) results.onCompletion(complete('x'.repeat(i), ''));
  expect(completed).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("the protocol 'xml'")]);
});

test.each([
  ['another hub message', '{"type":6}\u001e'],
  ['no hub message', 'nonsense\u001e'],
])('%s instead of a result is a foreign message', (_what, text) => {
  const { results } = create(async () => 1);
  expect(() => results.onCompletion(complete('json', text))).toThrow(ForeignMessageError);
});

test('results of clients go to the server that invoked them, once, in the protocol of the client', () => {
  const { results, published } = create(async () => 1);
  const completion: CompletionMessage = { type: 3, invocationId: '1', hasResult: true, result: 5 };
  expect(results.sendResult(undefined, 'c', completion)).toBe(false);
  for (const connection of [undefined, connectionOf({ protocol: messagePack })]) {
    results.onInvocation('c', '1', 'ChatHub:internal:return:other');
    expect(results.isPending('c')).toBe(true);
    expect(results.sendResult(connection, 'c', completion)).toBe(true);
    expect(results.sendResult(connection, 'c', completion)).toBe(false);
    expect(results.isPending('c')).toBe(false);
  }
  expect(published.map(({ channel }) => channel)).toEqual(
    Array.from({ length: 2 }, () => 'app.ChatHub:internal:return:other'),
  );
  expect(published.map(({ payload }) => readCompletion(payload).protocol)).toEqual([
    'json',
    'messagepack',
  ]);
});

test('a server that waits for a client that has disconnected gets an error, even without Redis', async () => {
  const { results, published, lost } = create(() => Promise.reject(new Error('gone')));
  results.onInvocation('c', '1', 'ChatHub:internal:return:other');
  results.onDisconnected(connectionOf({ connectionId: 'c', protocol: json }));
  await nextTurn();
  const [{ payload }] = published as [(typeof published)[0]];
  expect(JSON.parse(Buffer.from(readCompletion(payload).message).toString().slice(0, -1))).toEqual({
    type: 3,
    invocationId: '1',
    error: expect.any(String),
  });
  expect(results.isPending('c')).toBe(false);
  expect(lost).toEqual(['c']);
});

test('the oldest invocation of a client with too many of them fails on the server that waits', async () => {
  const { results, published } = create(async () => 1);
  for (let i = 0; i <= MAX_PER_CONNECTION; i++) results.onInvocation('c', `${i}`, `server ${i}`);
  expect(published.map(({ channel }) => channel)).toEqual(['app.server 0']);
  const [{ payload }] = published as [(typeof published)[0]];
  expect(JSON.parse(Buffer.from(readCompletion(payload).message).toString().slice(0, -1))).toEqual({
    type: 3,
    invocationId: '0',
    error: expect.stringContaining('newer pending invocations'),
  });
});

test('a result that Redis does not accept because it is lost is sent again when it is back', async () => {
  let code: string | undefined = 'ERR_SIGNALR_REDIS_UNAVAILABLE';
  const { results, published } = create(() =>
    code === undefined ? Promise.resolve(1) : Promise.reject(Object.assign(new Error(), { code })),
  );
  const completion: CompletionMessage = { type: 3, invocationId: '1', hasResult: true, result: 5 };
  results.onInvocation('c', '1', 'other');
  results.sendResult(undefined, 'c', completion);
  await nextTurn();
  results.onReconnected();
  await nextTurn();
  expect(published).toHaveLength(2);
  code = undefined;
  results.onReconnected();
  await nextTurn();
  results.onReconnected();
  expect(published).toHaveLength(3);
  expect(published[2]).toEqual(published[0]);
  // A refusal will not be different next time.
  code = 'ERR_SIGNALR_REDIS_REFUSED';
  results.onInvocation('c', '1', 'other');
  results.sendResult(undefined, 'c', completion);
  await nextTurn();
  results.onReconnected();
  expect(published).toHaveLength(4);
});

test('an outage fails the invocations of the clients of other servers', () => {
  const { results, failed } = create(async () => 1);
  const index = new ConnectionIndex();
  index.add(connectionOf({ connectionId: 'here' }));
  results.onOutage(index, 'Redis is full.');
  expect(failed).toEqual([
    ['elsewhere', expect.stringMatching(/connection 'elsewhere' was invoked.* Redis is full\./)],
  ]);
});
