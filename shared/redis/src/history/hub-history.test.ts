import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ConnectionIndex,
  JsonHubProtocol,
  type LifetimeConnection,
} from '@practical-signalr/server/scale-out';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Backlog } from '../pub-sub/backlog.ts';
import type { PayloadHandler } from '../pub-sub/payload-handler.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { RedisChannels } from '../pub-sub/redis-channels.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import { resolveRedisOptions } from '../redis-options.ts';
import { silentLogger } from '../testing/history-servers.ts';
import { resolveHistoryOptions, type ResolvedHistoryOptions } from './history-options.ts';
import * as scripts from './history-scripts.ts';
import { HubHistory } from './hub-history.ts';

/** Called when the history is maintained. */
let maintain: () => unknown;
/** Settle the attempts to write a gap. */
let gaps: { resolve(): void; reject(error: Error): void }[];
let history: HubHistory;
let index: ConnectionIndex;
let bus: { isConnected: boolean } & Record<string, unknown>;
/** Handle the messages of each channel. */
let handlers: Map<string, PayloadHandler>;

const session = ['user', 'null', 'owners', 'before', 'start', '1-0'];
const replies = new Map<string, () => unknown>([
  [scripts.beginScript, () => '1-0'],
  [scripts.claimScript, () => [session, '1-0', '1-0']],
  [scripts.readScript, () => [0, Buffer.from('1-0'), [], Buffer.from('1-0')]],
  [scripts.maintainScript, () => maintain()],
  [scripts.gapScript, () => new Promise<void>((resolve, reject) => gaps.push({ resolve, reject }))],
]);

beforeEach(() => {
  gaps = [];
  handlers = new Map();
  maintain = () => undefined;
  index = new ConnectionIndex();
  const client = { eval: async (script: string) => (await replies.get(script)?.()) ?? 1 };
  bus = {
    backlog: new Backlog(),
    isConnected: true,
    disconnections: 0,
    excludeFromStatistics: () => undefined,
    subscribe: (channel: string, handle: PayloadHandler) => {
      handlers.set(channel, handle);
      return Promise.resolve();
    },
    run: (evaluate: (redis: RedisPubSubClient) => unknown) =>
      evaluate(client as unknown as RedisPubSubClient),
  };
  history = new HubHistory(
    resolveHistoryOptions({}, false) as ResolvedHistoryOptions,
    resolveRedisOptions({ url: 'redis://127.0.0.1:6379', heartbeatTimeout: 100 }),
    bus as unknown as RedisBus,
    new RedisChannels('', 'FeedHub', 'a'),
    { hubName: 'FeedHub', logger: silentLogger, index, join: () => Promise.resolve() },
  );
});
afterEach(() => history.close());

/** Lets a client continue its session. */
function recover(connectionId: string) {
  const connection = {
    connectionId,
    userIdentifier: undefined,
    protocol: new JsonHubProtocol(),
    write: () => Promise.resolve(),
  };
  index.add(connection);
  return history.recover(connection, {
    session: 'known',
    position: '1-0',
    readsPositionLists: true,
  });
}

test('a gap that another recovery could not write is reported', async () => {
  history.recordGap();
  const recoveries = [recover('c1'), recover('c2')];
  await nextTurn();
  expect(gaps).toHaveLength(1);
  gaps[0]?.reject(new Error('Redis is full'));
  for (const reply of await Promise.all(recoveries))
    expect(reply).toMatchObject({ recovered: false, reason: 'gap' });
});

test('a gap that occurs while another one is written is written, too', async () => {
  history.recordGap();
  const first = recover('c1');
  await nextTurn();
  history.recordGap();
  const second = recover('c2');
  gaps[0]?.resolve();
  await nextTurn();
  expect(gaps).toHaveLength(2);
  gaps[1]?.resolve();
  expect(await first).toMatchObject({ recovered: true });
  expect(await second).toMatchObject({ recovered: true });
});

/** Publishes a message, to which Redis replies with `reply`. */
function publish(reply: () => unknown): Promise<number> {
  const client = { eval: async () => reply(), scriptLoad: undefined };
  const send = history.publishTo('all');
  return send(client as unknown as RedisPubSubClient, 'ChatHub:all', Buffer.from('x'), false);
}

test('a publish that may not have reached Redis is a gap, which the next publish reports', async () => {
  const lost = publish(() => Promise.reject(new Error('Socket closed')));
  await expect(lost).rejects.toThrow('Socket closed');
  expect(history.problem).toBeUndefined();
  expect(gaps).toEqual([]);
  expect(await publish(() => 3)).toBe(3);
  expect(gaps).toHaveLength(1);
  gaps[0]?.resolve();
  await nextTurn();
  expect(await publish(() => 3)).toBe(3);
  expect(gaps).toHaveLength(1);
});

test('a problem stays while another gap occurs, and ends when the history is complete', async () => {
  maintain = () => history.recordGap();
  history.recordGap('Redis is full.');
  for (let i = 0; i < 2; i++) {
    history.onReconnected();
    await nextTurn();
    expect(gaps).toHaveLength(i + 1);
    gaps[i]?.resolve();
    await nextTurn();
    expect(history.problem).toBe(i === 0 ? 'Redis is full.' : undefined);
    maintain = () => undefined;
  }
});

test('a recovery waits until Redis is connected, but not for longer than the timeout', async () => {
  bus.isConnected = false;
  const steps: string[] = [];
  const first = recover('c1').then(() => steps.push('recovered'));
  await nextTurn();
  expect(steps).toEqual([]);
  bus.isConnected = true;
  history.onReconnected();
  await first;
  bus.isConnected = false;
  await recover('c2');
});

test('a client that does not recover is not asked to when it moves to this server', () => {
  const asked: string[] = [];
  const arrive = (connectionId: string, recovers: boolean): void =>
    history.onArrived({
      connectionId,
      userIdentifier: undefined,
      protocol: new JsonHubProtocol(),
      recovers,
      write: () => void asked.push(connectionId),
    } as unknown as LifetimeConnection);
  arrive('plain', false);
  arrive('recovering', true);
  expect(asked).toEqual(['recovering']);
});

test('a foreign message on the channels of the history is refused, and no client learns of it', async () => {
  const channels = new RedisChannels('', 'FeedHub', 'a');
  const [positions, gapChannel] = [channels.historyPositions, channels.historyGaps].map((name) =>
    handlers.get(name),
  );
  for (const text of [
    '',
    'garbage',
    '1-0 2-0',
    '1-0 2-0 x',
    '1-0 2-0 3\n',
    '1-0 2 3',
    `1-0 2-0 3 4`,
  ])
    expect(() => positions?.(Buffer.from(text))).toThrow(ForeignMessageError);
  expect(() => positions?.(Buffer.from('1-0 2-0 1700000000000'))).not.toThrow();
  expect(() => gapChannel?.(Buffer.from('garbage'))).toThrow(ForeignMessageError);
  expect(await recover('c')).toMatchObject({ recovered: true });
  void gapChannel?.(Buffer.alloc(0));
  const recovering = recover('d');
  await expect.poll(() => gaps.length).toBe(1);
  gaps[0]?.resolve();
  await recovering;
});
