import { expect, test } from 'vitest';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import { ForeignMessageError } from '../pub-sub/redis-protocol.ts';
import { BusServerMessages } from './server-messages.ts';

/** Messages on a bus whose payloads the test sends itself. */
function createMessages() {
  let handle: (payload: Uint8Array) => void = () => undefined;
  const unsubscribed: unknown[] = [];
  const bus = {
    subscribe: async (_channel: string, handler: typeof handle) => void (handle = handler),
    unsubscribe: async (channels: readonly string[]) => void unsubscribed.push(...channels),
  } as unknown as RedisBus;
  const logged: unknown[][] = [];
  const log = (...line: unknown[]): void => void logged.push(line);
  const logger = { debug: log, info: log, warn: log, error: log };
  return {
    messages: new BusServerMessages(bus, 'channel', 'me', logger),
    receive: (text: string) => handle(Buffer.from(text)),
    unsubscribed,
    logged,
  };
}

test.each(['{', '5', 'null', '{"0":"a"}', '[]', '["a",1,2]', '[1,"name",2]'])(
  'the payload %s is not a message of a server',
  async (text) => {
    const { messages, receive } = createMessages();
    await messages.on('name', () => undefined);
    expect(() => receive(text)).toThrow(ForeignMessageError);
  },
);

test('a listener gets the messages of other processes with its name, until it is removed', async () => {
  const { messages, receive, unsubscribed } = createMessages();
  const received: unknown[] = [];
  const remove = await messages.on('name', (data) => void received.push(data));
  const removeOther = await messages.on('other', () => undefined);
  receive('["you","name",1]');
  receive('["me","name",2]');
  receive('["you","unknown",3]');
  await remove();
  await remove();
  receive('["you","name",4]');
  expect(received).toEqual([1]);
  expect(unsubscribed).toEqual([]);
  await removeOther();
  expect(unsubscribed).toEqual(['channel']);
});

test('an error of a listener is logged', async () => {
  const { messages, receive, logged } = createMessages();
  const error = new Error('It failed.');
  await messages.on('name', async () => Promise.reject(error));
  receive('["you","name",1]');
  await expect.poll(() => logged).toEqual([[expect.stringContaining('name'), error]]);
});
