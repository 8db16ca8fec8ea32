import { expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, HubError, type HubFilter, jwtBearer } from '../index.ts';
import { testServer } from '../testing/index.ts';
import { testKey } from '../testing/test-token.ts';

const events: string[] = [];
let onDisconnected: () => void = () => undefined;
class FilteredHub extends Hub {
  override onConnected(): void {
    events.push('hub connected');
  }
  override onDisconnected(): void {
    events.push('hub disconnected');
  }
  say(text: string): string {
    events.push('method');
    return text;
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}
const recordingFilter = (name: string): HubFilter => ({
  async invokeMethod(invocation, next) {
    events.push(`${name} > ${invocation.hubMethodName}`);
    const result = await next();
    events.push(`${name} <`);
    return result;
  },
  async onConnected({ hub }, next) {
    events.push(`${name} connected ${hub.constructor.name}`);
    await next();
  },
  async onDisconnected(_lifetime, error, next) {
    await next(error);
    events.push(`${name} disconnected ${error?.message}`);
    if (name === 'server') onDisconnected();
  },
});

test("the server's filters run around the hub's filters, each array in its order", async () => {
  const server = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', FilteredHub, {
        methods: ['say', 'count'],
        filters: [recordingFilter('hub 1'), recordingFilter('hub 2')],
      }),
    { filters: [recordingFilter('server')] },
  );
  const disconnected = new Promise<void>((resolve) => (onDisconnected = resolve));
  const client = await server.connect('/hub');
  expect(await client.invoke('Say', 'x')).toBe('x');
  await client.stop();
  await disconnected;
  await server.close();
  expect(events.splice(0)).toEqual([
    'server connected FilteredHub',
    'hub 1 connected FilteredHub',
    'hub 2 connected FilteredHub',
    'hub connected',
    'server > say',
    'hub 1 > say',
    'hub 2 > say',
    'method',
    'hub 2 <',
    'hub 1 <',
    'server <',
    'hub disconnected',
    'hub 2 disconnected undefined',
    'hub 1 disconnected undefined',
    'server disconnected undefined',
  ]);
});

test('a filter may change arguments and results, return its own result, throw, and wrap a stream', async () => {
  const filter: HubFilter = {
    async invokeMethod(invocation, next) {
      const [first] = invocation.arguments;
      if (first === 'throw') throw new HubError('Not allowed.');
      if (first === 'replace') return 'from the filter';
      const result = await next({
        ...invocation,
        arguments: [first === 2 ? 3 : `${String(first)}!`],
      });
      return typeof result === 'string'
        ? result.toUpperCase()
        : doubleItems(result as AsyncIterable<number>);
    },
  };
  async function* doubleItems(items: AsyncIterable<number>): AsyncGenerator<number> {
    for await (const item of items) yield item * 2;
  }
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', FilteredHub, { methods: ['say', 'count'], filters: [filter] }),
  );
  const client = await server.connect<{
    say(text: string): string;
    count(to: number): AsyncIterable<number>;
  }>('/hub');
  expect(await client.invoke('Say', 'x')).toBe('X!');
  expect(await client.invoke('Say', 'replace')).toBe('from the filter');
  await expect(client.invoke('Say', 'throw')).rejects.toThrow('HubException: Not allowed.');
  const items: number[] = [];
  const stream = client.stream('Count', 2);
  await new Promise<void>((complete, error) =>
    stream.subscribe({ next: (item) => items.push(item), complete, error }),
  );
  expect(items).toEqual([0, 2, 4]);
  await server.close();
});

test('a call that is not authorized or has invalid arguments reaches no filter and no method', async () => {
  events.length = 0;
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', FilteredHub, {
      methods: {
        say: { arguments: [z.string()] },
        count: { arguments: [z.number()], authorize: { policy: () => false } },
      },
      authentication: jwtBearer({ key: testKey }),
      filters: [recordingFilter('hub')],
    }),
  );
  const client = await server.connect<{
    say(text: unknown): string;
    count(to: number): AsyncIterable<number>;
  }>('/hub');
  await expect(client.invoke('Say', 1)).rejects.toThrow('Failed to invoke');
  await expect(
    new Promise((complete, error) =>
      client
        .stream('Count', 1)
        .subscribe({ next: () => undefined, complete: () => complete(0), error }),
    ),
  ).rejects.toThrow('unauthorized');
  expect(events.splice(0)).toEqual(['hub connected FilteredHub', 'hub connected']);
  await server.close();
});

test('each call has a new instance of the hub', async () => {
  const instances = new Set<Hub>();
  const filter: HubFilter = {
    invokeMethod({ hub }, next) {
      instances.add(hub);
      return next();
    },
  };
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', FilteredHub, { methods: ['say', 'count'], filters: [filter] }),
  );
  const client = await server.connect('/hub');
  for (let i = 0; i < 3; i++) await client.invoke('Say', 'x');
  expect(instances.size).toBe(3);
  await server.close();
});
