import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { readHandOver } from './hand-over/hand-over-protocol.ts';
import { readJournalEntry, readListed } from './presence/presence-keys.ts';
import { PresenceChanges } from './presence/presence-changes.ts';
import { ForeignMessageError } from './pub-sub/redis-protocol.ts';
import { readServerCommand } from './server-commands/server-command.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const command = {
  id: 1,
  serverName: 'a',
  operation: 'closeUser',
  name: 'ann',
  group: '',
  excludedIds: [],
};

test('a command of another server is read', () => {
  expect(readServerCommand(json(command))).toEqual(command);
  expect(readServerCommand(json({ ...command, reason: 'x' }))).toMatchObject({ reason: 'x' });
});

test.each([
  Buffer.from('no JSON'),
  json(null),
  json('closeAll'),
  json({ ...command, id: 1.5 }),
  json({ ...command, operation: 'constructor' }),
  json({ ...command, name: 1 }),
  json({ ...command, excludedIds: 'a' }),
  json({ ...command, excludedIds: [1] }),
  json({ ...command, reason: null }),
])('a command that no server wrote is refused: %s', (payload) => {
  expect(() => readServerCommand(payload)).toThrow(ForeignMessageError);
});

test.each([Buffer.of(0xc1), encode({}), encode(['steal', 'id']), encode([undefined, 'id'])])(
  'a message of a hand-over that no server wrote is refused: %j',
  (payload) => {
    expect(() => readHandOver(payload)).toThrow(ForeignMessageError);
  },
);

test.each(['no JSON', '{}', 'null', '[]', '[1, 2]', '["id"]'])(
  'an entry of a list that presence did not write is ignored: %s',
  (text) => {
    expect(readListed(text)).toBeUndefined();
  },
);

test('an entry of a journal that presence did not write is ignored', () => {
  expect(readJournalEntry('[1]')).toBeUndefined();
  expect(readJournalEntry('["id",null,"g"]')).toEqual({ id: 'id', user: undefined, group: 'g' });
});

const connection = { connectionId: '1', serverName: 'a' };

test.each([
  Buffer.from('no JSON'),
  json({}),
  json([null]),
  json([{ type: 'connected' }]),
  json([{ type: 'connected', connection: null }]),
  json([{ type: 'connected', connection: { connectionId: 1 } }]),
  json([{ type: 'connected', connection: { connectionId: '1' } }]),
  json([{ type: 'moved', connection }]),
  json([{ type: 'joined', connection }]),
])('a change of presence that no server wrote reaches no listener: %s', (payload) => {
  const changes = new PresenceChanges();
  const received: unknown[] = [];
  changes.onChange((change) => received.push(change));
  expect(changes.receive(payload)).toBe(false);
  expect(received).toEqual([]);
  expect(changes.receive(json([{ type: 'connected', connection }]))).toBe(true);
  expect(received).toHaveLength(1);
});

test('if the link is interrupted, the listeners of this process receive the changes', async () => {
  const changes = new PresenceChanges();
  const createLink = () => ({
    publish: () => Promise.reject(new Error('no Redis')),
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
  });
  const [first, second] = [createLink(), createLink()];
  changes.attach(first);
  changes.attach(second);
  const received: unknown[] = [];
  changes.onChange((change) => received.push(change));
  const change = { type: 'connected', connection: { ...connection, userIdentifier: undefined } };
  await changes.publish(second, [change as never]);
  expect(received).toEqual([]);
  await changes.publish(first, [change as never]);
  expect(received).toEqual([change]);
});
