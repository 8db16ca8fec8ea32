import { ConnectionIndex, type LifetimeConnection } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import { runServerCommand } from './run-server-command.ts';
import type { ServerCommand } from './server-command.ts';

/** A server with the connections 1 and 2 of ann and 3 of bob. 1 and 3 are in a group. */
function createServer() {
  const index = new ConnectionIndex();
  const events: string[] = [];
  for (const [connectionId, userIdentifier] of Object.entries({ 1: 'ann', 2: 'ann', 3: 'bob' })) {
    const abort = (reason?: string): void => void events.push(`abort ${connectionId} ${reason}`);
    const connection = { connectionId, userIdentifier, abort } as unknown as LifetimeConnection;
    index.add(connection);
    if (connectionId !== '2') index.join(connection, 'half \uFFFD');
  }
  const run = async (command: Partial<ServerCommand>): Promise<string[]> => {
    events.length = 0;
    const defaults = { id: 1, serverName: 's', name: '', group: '', reason: undefined };
    await runServerCommand({ ...defaults, excludedIds: [], ...command } as ServerCommand, {
      index,
      join: async ({ connectionId }, group) => void events.push(`join ${connectionId} ${group}`),
      leave: async (connectionId, group) => void events.push(`leave ${connectionId} ${group}`),
    });
    return events;
  };
  return { index, run };
}

test.each<[Partial<ServerCommand>, string[]]>([
  [{ operation: 'closeAll', reason: 'x' }, ['abort 1 x', 'abort 2 x', 'abort 3 x']],
  [{ operation: 'closeAll', excludedIds: ['2'] }, ['abort 1 undefined', 'abort 3 undefined']],
  [{ operation: 'closeUser', name: 'ann' }, ['abort 1 undefined', 'abort 2 undefined']],
  [{ operation: 'closeUser', name: 'ann', excludedIds: ['1'] }, ['abort 2 undefined']],
  [{ operation: 'closeUser', name: 'eve' }, []],
  // The group has this name in Redis. The caller passed half of an emoji.
  [{ operation: 'closeGroup', name: 'half \uD83D', reason: 'x' }, ['abort 1 x', 'abort 3 x']],
  [{ operation: 'closeGroup', name: 'other' }, []],
  [{ operation: 'closeConnection', name: '3', reason: 'x' }, ['abort 3 x']],
  [{ operation: 'closeConnection', name: '3', excludedIds: ['3'] }, []],
  [{ operation: 'closeConnection', name: '4' }, []],
  [{ operation: 'addUserToGroup', name: 'ann', group: 'g' }, ['join 1 g', 'join 2 g']],
  [{ operation: 'addUserToGroup', name: 'eve', group: 'g' }, []],
  [{ operation: 'removeUserFromGroup', name: 'bob', group: 'g' }, ['leave 3 g']],
])('%j reaches the connections that it selects', async (command, expected) => {
  expect(await createServer().run(command)).toEqual(expected);
});

test('a connection that cannot be aborted does not prevent that of the others', async () => {
  const { index, run } = createServer();
  index.add({ connectionId: '4', userIdentifier: 'ann' } as unknown as LifetimeConnection);
  expect(await run({ operation: 'closeUser', name: 'ann' })).toHaveLength(2);
});
