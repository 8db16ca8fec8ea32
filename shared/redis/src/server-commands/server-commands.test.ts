import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { PendingAcks } from '../pending-acks.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { readServerCommand, type ServerCommand } from './server-command.ts';
import { ServerCommands } from './server-commands.ts';

let acks: PendingAcks;
afterEach(() => acks.close());

/**
 * Commands on a Redis whose reply to PUBLISH is `receivers`, with `subscribers` in the cluster.
 */
function create(receivers: number | Error, subscribers?: number, ackTimeout = 60_000) {
  acks = new PendingAcks(ackTimeout);
  const published: { channel: string; command: ServerCommand }[] = [];
  const counted: string[] = [];
  const bus = {
    countSubscribers: async (channel: string) => {
      counted.push(channel);
      return subscribers;
    },
    request: async (channel: string, payload: Uint8Array) => {
      published.push({ channel, command: readServerCommand(payload) });
      if (receivers instanceof Error) throw receivers;
      return receivers;
    },
  } as unknown as RedisBus;
  const options = { ackTimeout, countsReceivers: subscribers === undefined };
  const commands = new ServerCommands(
    options as ResolvedRedisOptions,
    bus,
    acks,
    'commands',
    'server',
  );
  return { commands, published, counted };
}

test.each([
  ['PUBLISH counts', 2, undefined],
  ['the cluster has', 1, 2],
])('a command waits until as many servers as %s have confirmed it', async (_, receivers, count) => {
  const { commands, published, counted } = create(receivers, count);
  let isDone = false;
  const done = commands.run({ operation: 'closeAll' }).then(() => (isDone = true));
  await nextTurn();
  const { id } = (published[0] as (typeof published)[0]).command;
  acks.complete(id);
  await nextTurn();
  expect(isDone).toBe(false);
  acks.complete(id);
  await done;
  expect(acks.size).toBe(0);
  expect(counted).toEqual(count === undefined ? [] : ['commands']);
});

test('a command contains what the caller has set, and empty values otherwise', async () => {
  const { commands, published } = create(1);
  const full = { name: 'n', group: 'g', excludedIds: ['c'], reason: 'r' };
  const runs = [
    commands.run({ operation: 'closeAll' }),
    commands.run({ operation: 'closeUser', ...full }),
  ];
  await nextTurn();
  for (const { command } of published) acks.complete(command.id);
  await Promise.all(runs);
  const empty = { name: '', group: '', excludedIds: [] };
  expect(published).toEqual([
    {
      channel: 'commands',
      command: { id: 1, serverName: 'server', operation: 'closeAll', ...empty },
    },
    {
      channel: 'commands',
      command: { id: 2, serverName: 'server', operation: 'closeUser', ...full },
    },
  ]);
});

test.each([
  ['no server receives it', 0, undefined, { code: 'ERR_SIGNALR_REDIS_NO_SERVER' }],
  ['the cluster has no server', 1, 0, { code: 'ERR_SIGNALR_REDIS_NO_SERVER' }],
  ['it cannot be published', new Error('no Redis'), undefined, { message: 'no Redis' }],
])('a command fails if %s', async (_, receivers, subscribers, error) => {
  const { commands } = create(receivers, subscribers);
  await expect(commands.run({ operation: 'closeAll' })).rejects.toMatchObject(error);
  expect(acks.size).toBe(0);
});

test('a command fails if a server does not confirm it, and names the number of those that did', async () => {
  const { commands, published } = create(3, undefined, 20);
  const failed = expect(commands.run({ operation: 'closeAll' })).rejects.toMatchObject({
    code: 'ERR_SIGNALR_REDIS_SERVERS_NOT_CONFIRMED',
    message: expect.stringContaining('within 20 ms; 1 did') as string,
  });
  await nextTurn();
  acks.complete((published[0] as (typeof published)[0]).command.id);
  await failed;
});
