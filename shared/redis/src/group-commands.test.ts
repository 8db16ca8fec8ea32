import { afterEach, expect, test } from 'vitest';
import { GroupCommands } from './group-commands.ts';
import { PendingAcks } from './pending-acks.ts';
import type { RedisBus } from './pub-sub/redis-bus.ts';
import type { RedisChannels } from './pub-sub/redis-channels.ts';
import { GroupAction } from './pub-sub/redis-protocol.ts';
import type { ResolvedRedisOptions } from './redis-options.ts';

let acks: PendingAcks;
afterEach(() => acks.close());

/** Commands that `receivers` servers receive. `published` are the channels. */
function createCommands(receivers: number | Error, options: Partial<ResolvedRedisOptions> = {}) {
  acks = new PendingAcks(60_000);
  const published: string[] = [];
  const bus = {
    request: async (channel: string) => {
      published.push(channel);
      if (receivers instanceof Error) throw receivers;
      return receivers;
    },
  } as unknown as RedisBus;
  const channels = { groupCommands: 'groups', ackOf: (name: string) => `ack ${name}` };
  const resolved = { countsReceivers: true, holdsConnections: true, ...options };
  const commands = new GroupCommands(
    resolved as ResolvedRedisOptions,
    bus,
    channels as unknown as RedisChannels,
    'server',
    acks,
  );
  return { commands, published };
}

test('a command that only its own server receives does nothing', async () => {
  const { commands, published } = createCommands(1);
  await expect(commands.send(GroupAction.Add, 'unknown', 'group')).resolves.toBeUndefined();
  expect([published, acks.size]).toEqual([['groups'], 0]);
});

test('a process without connections waits for the ack of the only server', async () => {
  const { commands } = createCommands(1, { holdsConnections: false });
  const sent = commands.send(GroupAction.Add, 'c', 'group');
  await new Promise(setImmediate);
  expect(acks.size).toBe(1);
  acks.complete(1);
  await expect(sent).resolves.toBeUndefined();
});

test.each([
  ['several servers receive', 2, {}],
  ['an unknown number of servers receives', 1, { countsReceivers: false }],
])('a command that %s waits for an ack', async (_name, receivers, options) => {
  const { commands } = createCommands(receivers, options);
  const sent = commands.send(GroupAction.Remove, 'c', 'group');
  await new Promise(setImmediate);
  expect(acks.size).toBe(1);
  acks.complete(1);
  await expect(sent).resolves.toBeUndefined();
});

test('a command fails if no server receives it, or if it cannot be published', async () => {
  for (const receivers of [0, new Error('no Redis')]) {
    const { commands } = createCommands(receivers);
    await expect(commands.send(GroupAction.Add, 'c', 'group')).rejects.toThrow("'group'");
  }
});

test('an ack is published on the channel of the server that sent the command', async () => {
  const { commands, published } = createCommands(1);
  await commands.acknowledge('other', 5);
  expect(published).toEqual(['ack other']);
});
