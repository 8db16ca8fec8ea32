import { ErrorReply } from '@redis/client';
import { Gate } from '@practical-signalr/server/scale-out';
import { expect, test } from 'vitest';
import type { RedisPubSubClient } from '../redis-client.ts';
import { Subscriptions } from './subscriptions.ts';

/** A client of Redis that keeps its commands. Those in `failing` reject with their error. */
function fakeClient(failing: Readonly<Record<string, Error>> = {}) {
  const commands: string[] = [];
  let listener: (payload: Buffer, channel: Buffer) => void = () => undefined;
  const run = (name: string) => async (channels: string[], receive: typeof listener) => {
    commands.push(`${name} ${channels.join(' ')}`);
    const error = failing[name];
    if (error !== undefined) throw error;
    if (name === 'subscribe') listener = receive;
  };
  const client = { isReady: true, subscribe: run('subscribe'), unsubscribe: run('unsubscribe') };
  return {
    client: client as unknown as RedisPubSubClient,
    commands,
    receive: (channel: string) => listener(Buffer.from('payload'), Buffer.from(channel)),
  };
}

const nothing = (): undefined => undefined;

test('a channel is requested once, and receives messages until it is removed', async () => {
  const { client, commands, receive } = fakeClient();
  const subscriptions = new Subscriptions(false);
  subscriptions.use(client);
  const received: string[] = [];
  const handle = (payload: Buffer): undefined => void received.push(payload.toString());
  await Promise.all([subscriptions.add('a', handle), subscriptions.add('a', nothing)]);
  receive('a');
  receive('other');
  await subscriptions.remove(['a', 'never added']);
  receive('a');
  expect(received).toEqual(['payload']);
  expect(commands).toEqual(['subscribe a', 'unsubscribe a']);
});

test('what changed without a client is done on the next one', async () => {
  const subscriptions = new Subscriptions(false);
  const { client, commands } = fakeClient();
  subscriptions.use(client);
  await Promise.all([subscriptions.add('a', nothing), subscriptions.add('b', nothing)]);
  subscriptions.pause();
  await subscriptions.remove(['a', 'b']);
  await subscriptions.add('b', nothing);
  expect(subscriptions.isComplete).toBe(false);
  commands.length = 0;
  await subscriptions.restore(client, nothing);
  expect(commands).toEqual(['unsubscribe a', 'subscribe b']);
  expect(subscriptions.isComplete).toBe(true);
});

test('a channel that Redis refuses is removed, one whose connection closed is requested again', async () => {
  const subscriptions = new Subscriptions(false);
  subscriptions.use(fakeClient({ subscribe: new ErrorReply('NOPERM') }).client);
  await expect(subscriptions.add('a', nothing)).rejects.toThrow('NOPERM');
  expect(subscriptions.size).toBe(0);
  subscriptions.use(fakeClient({ subscribe: new Error('Socket closed') }).client);
  await subscriptions.add('b', nothing);
  expect([subscriptions.size, subscriptions.isComplete]).toEqual([1, false]);
  const { client, commands } = fakeClient();
  await subscriptions.restore(client, nothing);
  expect(commands).toEqual(['subscribe b']);
  expect(subscriptions.isComplete).toBe(true);
});

test('a refusal does not remove a channel that was added again in the meantime', async () => {
  const subscriptions = new Subscriptions(false);
  subscriptions.use(fakeClient({ subscribe: new ErrorReply('NOPERM') }).client);
  const refused = subscriptions.add('a', nothing);
  await subscriptions.remove(['a']);
  subscriptions.pause();
  await Promise.all([subscriptions.add('a', nothing), expect(refused).rejects.toThrow('NOPERM')]);
  expect(subscriptions.size).toBe(1);
});

test('an unsubscription that fails is repeated on the next client', async () => {
  const subscriptions = new Subscriptions(false);
  subscriptions.use(fakeClient({ unsubscribe: new Error('Socket closed') }).client);
  await subscriptions.add('a', nothing);
  await subscriptions.remove(['a']);
  expect(subscriptions.isComplete).toBe(false);
  const { client, commands } = fakeClient();
  await subscriptions.restore(client, nothing);
  expect(commands).toEqual(['unsubscribe a']);
  expect(subscriptions.isComplete).toBe(true);
});

test('what waits on a channel that is removed is dropped, also if the channel is added again', async () => {
  const { client, receive } = fakeClient();
  const subscriptions = new Subscriptions(false);
  subscriptions.use(client);
  const room = new Gate();
  const handled: string[] = [];
  const handleSlowly = (): Promise<void> => {
    handled.push('before');
    return room.wait();
  };
  await subscriptions.add('a', handleSlowly);
  for (let i = 0; i < 3; i++) receive('a');
  expect(subscriptions.backlog.bytes).toBe(2 * 'payload'.length);
  await subscriptions.remove(['a']);
  expect(subscriptions.backlog.bytes).toBe(0);
  await subscriptions.add('a', () => void handled.push('after'));
  receive('a');
  room.open();
  await new Promise(setImmediate);
  expect(handled).toEqual(['before', 'after']);
});

test('a channel that is added while its unsubscription fails stays on the next client', async () => {
  const subscriptions = new Subscriptions(false);
  subscriptions.use(fakeClient({ unsubscribe: new Error('Socket closed') }).client);
  await subscriptions.add('a', nothing);
  const removed = subscriptions.remove(['a']);
  await subscriptions.add('a', nothing);
  await removed;
  expect(subscriptions.isComplete).toBe(true);
  subscriptions.forget();
  const { client, commands } = fakeClient();
  await subscriptions.restore(client, nothing);
  expect(commands).toEqual(['subscribe a']);
});
