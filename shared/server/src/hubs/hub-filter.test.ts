import { expect, test } from 'vitest';
import { Hub, HubError, type HubFilter } from '../index.ts';
import { testServer } from '../testing/index.ts';

const seen: string[] = [];
let onGone: () => void = () => undefined;
class FilteredHub extends Hub {
  override onConnected(): void {
    seen.push('hub connected');
  }
  override onDisconnected(): void {
    seen.push('hub disconnected');
  }
  say(text: string): string {
    seen.push('method');
    return text;
  }
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
}
const noisy = (name: string): HubFilter => ({
  async invokeMethod(invocation, next) {
    seen.push(`${name} > ${invocation.hubMethodName}`);
    const result = await next();
    seen.push(`${name} <`);
    return result;
  },
  async onConnected({ hub }, next) {
    seen.push(`${name} connected ${hub.constructor.name}`);
    await next();
  },
  async onDisconnected(_lifetime, error, next) {
    await next(error);
    seen.push(`${name} disconnected ${error?.message}`);
    if (name === 'server') onGone();
  },
});

test('filters run from the outermost in: the server before the hub, each list in its order', async () => {
  const server = await testServer(
    (signalr) => signalr.mapHub('/hub', FilteredHub, { filters: [noisy('hub 1'), noisy('hub 2')] }),
    { filters: [noisy('server')] },
  );
  const gone = new Promise<void>((resolve) => (onGone = resolve));
  const client = await server.connect('/hub');
  expect(await client.invoke('Say', 'x')).toBe('x');
  await client.stop();
  await gone;
  await server.close();
  expect(seen.splice(0)).toEqual([
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

test('a filter may change arguments and results, answer itself, refuse, and wrap a stream', async () => {
  const filter: HubFilter = {
    async invokeMethod(invocation, next) {
      const [first] = invocation.arguments;
      if (first === 'refuse') throw new HubError('Not this.');
      if (first === 'answer') return 'from the filter';
      const result = await next({
        ...invocation,
        arguments: [first === 2 ? 3 : `${String(first)}!`],
      });
      return typeof result === 'string'
        ? result.toUpperCase()
        : doubled(result as AsyncIterable<number>);
    },
  };
  async function* doubled(items: AsyncIterable<number>): AsyncGenerator<number> {
    for await (const item of items) yield item * 2;
  }
  const server = await testServer((signalr) =>
    signalr.mapHub('/hub', FilteredHub, { filters: [filter] }),
  );
  const client = await server.connect<{
    say(text: string): string;
    count(to: number): AsyncIterable<number>;
  }>('/hub');
  expect(await client.invoke('Say', 'x')).toBe('X!');
  expect(await client.invoke('Say', 'answer')).toBe('from the filter');
  await expect(client.invoke('Say', 'refuse')).rejects.toThrow('HubException: Not this.');
  const items: number[] = [];
  const stream = client.stream('Count', 2);
  await new Promise<void>((complete, error) =>
    stream.subscribe({ next: (item) => items.push(item), complete, error }),
  );
  expect(items).toEqual([0, 2, 4]);
  await server.close();
});
