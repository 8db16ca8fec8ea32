import { createClient } from '@redis/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type InProcessBroker, startInProcessBroker } from '../local/index.ts';
import type { RedisPubSubClient } from '../redis-client.ts';
import { Subscriptions } from './subscriptions.ts';

const nothing = (): undefined => undefined;

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await startInProcessBroker();
});
afterAll(() => broker.close());

/** A client whose SUBSCRIBE commands wait until a test confirms them, oldest first. */
function holdingClient() {
  const commands: string[] = [];
  const held: (() => void)[] = [];
  const client = {
    isReady: true,
    subscribe: async ([channel]: string[]) => {
      commands.push(`subscribe ${channel}`);
      await new Promise<void>((resolve) => held.push(resolve));
    },
    unsubscribe: async (channels: string[]) => void commands.push(`unsubscribe ${channels.join()}`),
  };
  const confirm = (): void => held.shift()?.();
  return { client: client as unknown as RedisPubSubClient, commands, confirm };
}

test('a channel that is removed early is unsubscribed after Redis has confirmed it', async () => {
  const { client, commands, confirm } = holdingClient();
  const subscriptions = new Subscriptions(false);
  subscriptions.use(client);
  const added = subscriptions.add('a', nothing);
  const removed = subscriptions.remove(['a']);
  expect(commands).toEqual(['subscribe a']);
  confirm();
  await Promise.all([added, removed]);
  expect(commands).toEqual(['subscribe a', 'unsubscribe a']);
});

test('a channel that is added again before that stays subscribed until its last removal', async () => {
  const { client, commands, confirm } = holdingClient();
  const subscriptions = new Subscriptions(false);
  subscriptions.use(client);
  const first = subscriptions.add('a', nothing);
  const removedFirst = subscriptions.remove(['a']);
  const second = subscriptions.add('a', nothing);
  const removedSecond = subscriptions.remove(['a']);
  confirm();
  await Promise.all([first, removedFirst]);
  expect(commands).toEqual(['subscribe a', 'subscribe a']);
  confirm();
  await Promise.all([second, removedSecond]);
  expect(commands).toEqual(['subscribe a', 'subscribe a', 'unsubscribe a']);
});

test('a channel that is added while Redis replies to earlier commands receives messages', async () => {
  const subscriber = await createClient({ url: broker.url }).connect();
  const publisher = await createClient({ url: broker.url }).connect();
  const subscriptions = new Subscriptions(false);
  subscriptions.use(subscriber as unknown as RedisPubSubClient);
  const receivers: number[] = [];
  for (let i = 0; i < 20; i++) {
    const channel = `group ${i}`;
    const added = subscriptions.add(channel, nothing);
    await new Promise(setImmediate);
    const removed = subscriptions.remove([channel]);
    await added;
    await subscriptions.add(channel, nothing);
    await removed;
    receivers.push(await publisher.publish(channel, 'message'));
  }
  subscriber.destroy();
  publisher.destroy();
  expect(receivers).toEqual(Array.from({ length: 20 }, () => 1));
});
