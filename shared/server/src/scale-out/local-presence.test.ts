import { expect, test } from 'vitest';
import { Hub, localPresence, type PresenceChange, type PresenceLists } from '../index.ts';
import { LifetimeSuiteClient } from '../lifetime-suite/lifetime-suite-client.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { testServer } from '../testing/index.ts';
import { LocalLifetimeManager } from './local-lifetime-manager.ts';

const start = () => {
  const presence = localPresence();
  const manager = new LocalLifetimeManager(presence.track('ChatHub'));
  const chat = presence.of('ChatHub');
  const changes: string[] = [];
  const stop = chat.onChange((change) => changes.push(describe(change)));
  return { manager, chat, changes, stop };
};

function describe(change: PresenceChange): string {
  if (change.type === 'reset') return change.type;
  const group = 'group' in change ? ` ${change.group}` : '';
  return `${change.connection.connectionId} ${change.type}${group}`;
}

const idsOf = (connections: readonly { connectionId: string }[]): string[] =>
  connections.map(({ connectionId }) => connectionId);

test('lists and counts connections of the hub, of a group and of a user', async () => {
  const { manager, chat } = start();
  for (const id of ['3', '1', '2'])
    await manager.onConnected(new LifetimeSuiteClient(id === '3' ? undefined : 'ada', id));
  await manager.addToGroup('1', 'room');
  await manager.addToGroup('3', 'room');
  await manager.addToGroup('nobody', 'room');
  expect(idsOf(await chat.members('room'))).toEqual(['1', '3']);
  expect(idsOf(await chat.connections({ user: 'ada' }))).toEqual(['1', '2']);
  expect(await chat.users()).toEqual(['ada']);
  const filters = [{}, { group: 'room' }, { user: 'ada' }, { group: 'empty' }];
  expect(await Promise.all(filters.map((filter) => chat.count(filter)))).toEqual([3, 2, 2, 0]);
  await manager.removeFromGroup('3', 'room');
  expect(await chat.count({ group: 'room' })).toBe(1);
});

test('pages contain every connection once, in the order of ids', async () => {
  const { manager, chat } = start();
  const ids = Array.from({ length: 25 }, (_, i) => String(i).padStart(2, '0'));
  for (const id of ids.toReversed()) await manager.onConnected(new LifetimeSuiteClient('ada', id));
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await chat.page({ user: 'ada', limit: 10, cursor });
    pages.push(idsOf(page.connections));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
  expect(pages.flat()).toEqual(ids);
});

test('reports each change once, and nothing after the listener is removed', async () => {
  const { manager, changes, stop } = start();
  const ada = new LifetimeSuiteClient('ada', '1');
  await manager.onConnected(ada);
  await manager.addToGroup('1', 'a');
  await manager.addToGroup('1', 'a');
  await manager.addToGroup('1', 'b');
  await manager.removeFromGroup('1', 'a');
  await manager.removeFromGroup('1', 'a');
  await manager.onDisconnecting(ada);
  await manager.onDisconnected(ada);
  stop();
  await manager.onConnected(ada);
  expect(changes).toEqual([
    '1 connected',
    '1 joined a',
    '1 joined b',
    '1 left a',
    '1 left b',
    '1 disconnected',
  ]);
});

const invalidQueries: [string, (chat: PresenceLists) => Promise<unknown>][] = [
  ['both filters', (chat) => chat.connections({ group: 'a', user: 'b' })],
  ['an empty group', (chat) => chat.members('')],
  ['a user that is a number', (chat) => chat.count({ user: 5 as never })],
  ['a filter that is a string', (chat) => chat.connections('room' as never)],
  ['a limit of 0', (chat) => chat.page({ limit: 0 })],
  ['a limit above 1000', (chat) => chat.page({ limit: 1001 })],
  ['a cursor that no page returned', (chat) => chat.page({ cursor: 'no cursor!' })],
  ['an empty cursor', (chat) => chat.page({ cursor: '' })],
];

test.each(invalidQueries)('refuses %s', async (_name, query) => {
  await expect(query(start().chat)).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ERR_SIGNALR_PRESENCE_QUERY_INVALID',
  });
});

test('a server lists its connections, and a listener that fails does not affect the hub', async () => {
  const presence = localPresence();
  const chat = presence.of('ChatHub');
  const counts: number[] = [];
  const logger = new CollectingLogger();
  chat.onChange(() => {
    throw new Error('the listener fails');
  });
  chat.onChange(async () => Promise.reject(new Error('the listener rejects')));
  class ChatHub extends Hub<{ never(): void }> {
    async join(): Promise<number> {
      await this.groups.add(this.context.connectionId, 'room');
      return chat.count({ group: 'room' });
    }
    override async onDisconnected(): Promise<void> {
      counts.push(await chat.count(), await chat.count({ group: 'room' }));
    }
  }
  const server = await testServer(
    { '/chat': { hub: ChatHub, methods: ['join'] } },
    { presence, logger },
  );
  const client = await server.connect<{ join(): number }>('/chat');
  expect(await client.invoke('join')).toBe(1);
  await client.stop();
  await server.close();
  expect(counts).toEqual([0, 0]);
  // Two listeners, and four changes: connected, joined, left and disconnected.
  const failures = logger.lines.filter((line) => line.includes('presence of ChatHub failed'));
  expect(failures).toHaveLength(8);
});

test('a server refuses presence that cannot work', async () => {
  const scaleOut = () => new LocalLifetimeManager();
  for (const options of [{ presence: localPresence(), scaleOut }, { presence: {} as never }]) {
    await expect(testServer({}, options)).rejects.toMatchObject({
      code: 'ERR_SIGNALR_PRESENCE_INVALID',
    });
  }
});

test('an unknown user has no connections, and a cursor of another type is refused', async () => {
  const { chat } = start();
  expect(await chat.connections({ user: 'nobody' })).toEqual([]);
  for (const cursor of [5, '', 'not a cursor'])
    await expect(chat.page({ cursor: cursor as string })).rejects.toMatchObject({
      code: 'ERR_SIGNALR_PRESENCE_QUERY_INVALID',
    });
});
