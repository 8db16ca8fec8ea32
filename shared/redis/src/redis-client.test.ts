import { expect, test } from 'vitest';
import { countSubscribersWith, publishWith, type RedisPubSubClient } from './redis-client.ts';

const payload = Buffer.from('x');

/** A client that keeps its commands. `priority` is the client for urgent commands. */
function fakeClient(name: string, commands: string[], priority?: object): RedisPubSubClient {
  const run = (command: string) => async (): Promise<number> => commands.push(`${name} ${command}`);
  const client = {
    publish: run('publish'),
    sPublish: run('sPublish'),
    pubSubNumSub: async () => ({ a: 1 }),
    pubSubShardNumSub: async () => ({ a: 2 }),
    ...(priority === undefined ? {} : { withCommandOptions: () => priority }),
  };
  return client as unknown as RedisPubSubClient;
}

test('urgent messages precede others if the client can do that', async () => {
  const commands: string[] = [];
  const urgent = fakeClient('urgent', commands);
  const clients = [fakeClient('able', commands, urgent), fakeClient('unable', commands)];
  for (const client of clients) {
    for (const isSharded of [false, true]) {
      await publishWith(false, isSharded)(client, 'a', payload, true);
      await publishWith(false, isSharded)(client, 'a', payload);
    }
  }
  expect(commands).toEqual([
    'urgent publish',
    'able publish',
    'urgent sPublish',
    'able sPublish',
    'unable publish',
    'unable publish',
    'unable sPublish',
    'unable sPublish',
  ]);
});

test('subscribers are counted by the kind of the channels, and are 0 without a reply', async () => {
  const client = fakeClient('client', []);
  expect(await countSubscribersWith(false, false)(client, 'a')).toBe(1);
  expect(await countSubscribersWith(false, true)(client, 'a')).toBe(2);
  expect(await countSubscribersWith(false, true)(client, 'other')).toBe(0);
});
