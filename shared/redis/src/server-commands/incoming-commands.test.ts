import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConnectionIndex } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import type { GroupCommands } from '../group-commands.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import { GroupAction, writeGroupCommand } from '../pub-sub/redis-protocol.ts';
import { IncomingCommands } from './incoming-commands.ts';
import { writeServerCommand } from './server-command.ts';

/** A server that holds the connection `c`. Returns its commands, and what they have done. */
function create({ isMoving = false, fails = false, handsOver = true } = {}) {
  const events: string[] = [];
  const warnings: string[] = [];
  const change = (kind: string) => async (connectionId: string, group: string) => {
    events.push(`${kind} ${connectionId} ${group}`);
    if (fails) throw new Error('no Redis');
  };
  const handOver = {
    repeatLater: (connectionId: string, channel: string) => {
      if (isMoving) events.push(`repeat ${connectionId} on ${channel}`);
      return isMoving;
    },
  };
  const connection = { connectionId: 'c', userIdentifier: 'ann' };
  const index = {
    get: (id: string) => (id === 'c' ? connection : undefined),
    user: (id: string) => (id === 'ann' ? new Map([['c', connection]]) : undefined),
  } as unknown as ConnectionIndex;
  const groupCommands = {
    acknowledge: async (serverName: string, id: number) =>
      void events.push(`ack ${serverName} ${id}`),
  } as unknown as GroupCommands;
  const warn = (line: string, error: unknown): void =>
    void warnings.push(`${line} ${String(error)}`);
  const commands = new IncomingCommands(
    {
      channels: { groupCommands: 'groups' } as unknown as RedisChannels,
      handOver: handsOver ? handOver : undefined,
      addToGroup: change('add'),
      removeFromGroup: change('remove'),
    },
    index,
    groupCommands,
    { debug: warn, info: warn, warn, error: warn },
  );
  return { commands, events, warnings };
}

const groupCommand = (action: GroupAction, connectionId = 'c'): Uint8Array =>
  writeGroupCommand({ id: 7, serverName: 'other', action, group: 'g', connectionId });
const changeUser = (operation: 'addUserToGroup' | 'removeUserFromGroup'): Uint8Array =>
  writeServerCommand({
    id: 8,
    serverName: 'other',
    operation,
    name: 'ann',
    group: 'g',
    excludedIds: [],
    reason: undefined,
  });
const addUser = changeUser('addUserToGroup');

test.each([true, false])('a change of a group is made and confirmed (%s)', async (handsOver) => {
  const { commands, events } = create({ handsOver });
  commands.onGroupCommand(groupCommand(GroupAction.Add));
  commands.onGroupCommand(groupCommand(GroupAction.Remove));
  await nextTurn();
  expect(events).toEqual(['add c g', 'remove c g', 'ack other 7', 'ack other 7']);
});

test('a command for a connection of another server is ignored', async () => {
  const { commands, events } = create({ isMoving: true });
  commands.onGroupCommand(groupCommand(GroupAction.Add, 'unknown'));
  await nextTurn();
  expect(events).toEqual([]);
});

test('a command for a connection that moves is repeated on its channel', async () => {
  const { commands, events } = create({ isMoving: true });
  commands.onGroupCommand(groupCommand(GroupAction.Add));
  await nextTurn();
  expect(events).toEqual(['repeat c on groups']);
});

test('an operation of another process is done and confirmed', async () => {
  const { commands, events } = create();
  commands.onServerCommand(addUser);
  await nextTurn();
  expect(events).toEqual(['add c g', 'ack other 8']);
  commands.onServerCommand(changeUser('removeUserFromGroup'));
  await nextTurn();
  expect(events.slice(2)).toEqual(['remove c g', 'ack other 8']);
});

test('a command that fails is logged, and not confirmed', async () => {
  const { commands, events, warnings } = create({ fails: true });
  commands.onGroupCommand(groupCommand(GroupAction.Add));
  commands.onServerCommand(addUser);
  await nextTurn();
  expect(events).toEqual(['add c g', 'add c g']);
  expect(warnings).toEqual([
    expect.stringMatching(/group 'g'.*no Redis/) as string,
    expect.stringMatching(/'addUserToGroup'.*no Redis/) as string,
  ]);
});
