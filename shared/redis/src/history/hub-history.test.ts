import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConnectionIndex, JsonHubProtocol } from '@practical-signalr/server/scale-out';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Backlog } from '../pub-sub/backlog.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { RedisChannels } from '../pub-sub/redis-channels.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import { resolveRedisOptions } from '../redis-options.ts';
import { silentLogger } from '../testing/history-servers.ts';
import { resolveHistoryOptions, type ResolvedHistoryOptions } from './history-options.ts';
import * as scripts from './history-scripts.ts';
import { HubHistory } from './hub-history.ts';

/** Settle the attempts to write a gap. */
let gaps: { resolve(): void; reject(error: Error): void }[];
let history: HubHistory;
let index: ConnectionIndex;

const session = ['user', 'null', 'owners', 'before', 'start', '1-0'];
const replies = new Map<string, () => unknown>([
  [scripts.beginScript, () => '1-0'],
  [scripts.claimScript, () => [session, '1-0', '1-0']],
  [scripts.readScript, () => [0, Buffer.from('1-0'), [], Buffer.from('1-0')]],
  [scripts.gapScript, () => new Promise<void>((resolve, reject) => gaps.push({ resolve, reject }))],
]);

beforeEach(() => {
  gaps = [];
  index = new ConnectionIndex();
  const client = { eval: async (script: string) => (await replies.get(script)?.()) ?? 1 };
  const bus = {
    backlog: new Backlog(),
    isConnected: true,
    disconnections: 0,
    subscribe: () => Promise.resolve(),
    run: (evaluate: (redis: RedisPubSubClient) => unknown) =>
      evaluate(client as unknown as RedisPubSubClient),
  };
  history = new HubHistory(
    resolveHistoryOptions({}, false) as ResolvedHistoryOptions,
    resolveRedisOptions({ url: 'redis://127.0.0.1:6379' }),
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
