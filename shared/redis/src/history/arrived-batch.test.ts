import type { HubProtocol } from '@practical-signalr/server/scale-out';
import { JsonHubProtocol } from '@practical-signalr/server/scale-out';
import { beforeEach, expect, test } from 'vitest';
import { ArrivedBatch, type ArrivedMessage } from './arrived-batch.ts';

const json: HubProtocol = new JsonHubProtocol();
let number = 0;
beforeEach(() => (number = 0));

function arrive(changes: Partial<ArrivedMessage> = {}): ArrivedMessage {
  number++;
  return {
    channel: 'all',
    position: `${number}-0`,
    bytes: 10,
    messages: new Map([['json', Buffer.from(String(number))]]),
    receivers: () => undefined,
    excludedConnectionIds: [],
    ...changes,
  };
}

/** Returns a batch, and what it has passed on: the positions and the messages of each delivery. */
function createBatch() {
  const delivered: string[] = [];
  const batch = new ArrivedBatch(({ positions, messages }) => {
    const texts = messages.map((message) => message.encoded(json)?.payload);
    delivered.push(`${positions.join(' ')}: ${texts.join(' ')}`);
  });
  return { batch, delivered };
}

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

test('messages of one channel that arrive together are delivered together', async () => {
  const { batch, delivered } = createBatch();
  for (let i = 0; i < 3; i++) batch.add(arrive());
  expect(delivered).toEqual([]);
  await nextTick();
  expect(delivered).toEqual(['1-0 2-0 3-0: 1 2 3']);
  batch.add(arrive());
  await nextTick();
  expect(delivered).toEqual(['1-0 2-0 3-0: 1 2 3', '4-0: 4']);
});

test.each<[string, Partial<ArrivedMessage>, string]>([
  ['another channel', { channel: 'group' }, '2-0: 2'],
  ['excluded connections', { excludedConnectionIds: ['a'] }, '2-0: 2'],
  ['no position', { position: undefined }, ': 2'],
  [
    'another protocol',
    { messages: new Map([...arrive().messages, ['custom', Buffer.from('2')]]) },
    '2-0: 1',
  ],
])('a message with %s is delivered on its own and in order', async (_, changes, own) => {
  const { batch, delivered } = createBatch();
  for (const each of [arrive(), arrive(changes), arrive()]) batch.add(each);
  await nextTick();
  expect(delivered).toEqual(['1-0: 1', own, '3-0: 3']);
});

test('a batch is delivered immediately if it is large or its receivers change', async () => {
  const { batch, delivered } = createBatch();
  batch.add(arrive({ bytes: 20_000 }));
  expect(delivered).toEqual(['1-0: 1']);
  batch.add(arrive());
  batch.flush();
  expect(delivered).toEqual(['1-0: 1', '2-0: 2']);
  for (let i = 0; i < 100; i++) batch.add(arrive());
  expect(delivered).toHaveLength(3);
  await nextTick();
  expect(delivered).toHaveLength(3);
});

test('messages that are encoded for different protocols are delivered on their own', async () => {
  const { batch, delivered } = createBatch();
  const binary = new Map([['messagepack', Buffer.from('binary')]]);
  const both = new Map([['json', Buffer.from('3')], ...binary]);
  batch.add(arrive());
  batch.add(arrive({ messages: binary }));
  batch.add(arrive({ messages: both }));
  batch.add(arrive());
  await nextTick();
  expect(delivered).toEqual(['1-0: 1', '2-0: ', '3-0: 3', '4-0: 4']);
});
