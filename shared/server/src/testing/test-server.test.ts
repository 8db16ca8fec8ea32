import { createServer } from 'node:http';
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest';
import { Hub, type HubContext, type UntypedClient } from '../index.ts';
import { LocalLifetimeManager } from '../scale-out/index.ts';
import { turns } from './event-loop.ts';
import { testServer } from './index.ts';

interface ChatServer {
  say(text: string): Promise<void>;
}
interface ChatClient {
  said(text: string): void;
}
class ChatHub extends Hub<ChatClient> implements ChatServer {
  readonly #greeting: string;
  constructor(greeting = '') {
    super();
    this.#greeting = greeting;
  }
  async say(text: string): Promise<void> {
    await this.clients.all.send('Said', this.#greeting + text);
  }
}

test('testServer starts hubs and returns typed hub contexts and clients', async () => {
  const server = await testServer({
    '/chat': { hub: ChatHub, methods: ['say'] },
    '/greeted': { hub: () => new ChatHub('Hi, '), methods: ['say'] },
  });
  const client = await server.connect<ChatServer, ChatClient>('/chat');
  const said = client.nextCall('Said');
  await client.invoke('Say', 'hello');
  expect(await said).toEqual(['hello']);
  const outside = client.nextCall('said');
  expectTypeOf(server.hubs['/chat']).toEqualTypeOf<HubContext<ChatClient>>();
  await server.hubs['/chat'].clients.all.send('Said', 'from outside');
  const [text] = await outside;
  expectTypeOf(text).toEqualTypeOf<string>();
  expect(text).toBe('from outside');
  const greeted = await server.connect<ChatServer, ChatClient>('/greeted');
  const hi = greeted.nextCall('Said');
  await greeted.invoke('Say', 'you');
  expect(await hi).toEqual(['Hi, you']);
  // @ts-expect-error: no hub at that path
  await expect(server.connect('/nobody')).rejects.toThrow();
  const never = client.nextCall('Said');
  await server[Symbol.asyncDispose]();
  await expect(never).rejects.toThrow(
    "The connection closed before 'Said' was called. Look for the error that closed it.",
  );
  await expect(fetch(server.url)).rejects.toThrow();
});

test('after close, another server can start on the port and answer fetch at once', async () => {
  const first = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  const negotiate = async (): Promise<number> => {
    const url = `${first.url}/chat/negotiate?negotiateVersion=1`;
    const response = await fetch(url, { method: 'POST' });
    await response.text();
    return response.status;
  };
  expect(await negotiate()).toBe(200);
  await turns(10); // `fetch` keeps the connection for the next request.
  await first.close();
  const next = createServer((_request, response) => response.writeHead(418).end());
  next.listen(first.port, '127.0.0.1');
  expect(await negotiate()).toBe(418);
  next.closeAllConnections();
  next.close();
});

test('the server keeps idle HTTP connections as long as ASP.NET Core', async () => {
  const server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  const { headers } = await fetch(`${server.url}/chat/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  expect(headers.get('keep-alive')).toBe('timeout=130');
  await server.close();
});

test('several nextCall get one call each, in order', async () => {
  await using server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  const client = await server.connect<ChatServer, ChatClient>('/chat');
  const calls = [client.nextCall('said'), client.nextCall('Said'), client.nextCall('said')];
  await client.invoke('say', 'one');
  await client.invoke('say', 'two');
  await client.invoke('say', 'three');
  expect(await Promise.all(calls)).toEqual([['one'], ['two'], ['three']]);
  const fourth = client.nextCall('said');
  await client.invoke('say', 'four');
  expect(await fourth).toEqual(['four']);
});

test('nextCall rejects if the connection has closed', async () => {
  await using server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  const client = await server.connect<ChatServer, ChatClient>('/chat');
  await client.stop();
  await expect(client.nextCall('said')).rejects.toMatchObject({
    code: 'ERR_SIGNALR_TEST_CONNECTION_CLOSED',
  });
});

test('if a hub cannot be mapped, the hubs that were mapped before are closed', async () => {
  const lifetime = new LocalLifetimeManager();
  const close = vi.fn(() => Promise.reject(new Error('Not confirmed')));
  const scaleOut = () => Object.assign(lifetime, { close });
  const hubs = { '/chat': { hub: ChatHub, methods: ['say'] as const } };
  const wrong = { ...hubs, '/wrong': { hub: ChatHub, methods: ['sya'] as unknown as ['say'] } };
  await expect(testServer(wrong, { scaleOut })).rejects.toThrow("names 'sya'");
  expect(close).toHaveBeenCalledOnce();
  const mapHubs = () => Promise.reject(new Error('The database is unavailable'));
  await expect(testServer(mapHubs)).rejects.toThrow('The database is unavailable');
});

test('close frees the port even if the server does not close cleanly', async () => {
  const server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  vi.spyOn(server.signalr, 'close').mockRejectedValueOnce(new Error('Not confirmed'));
  await expect(server.close()).rejects.toThrow('Not confirmed');
  expect(server.server.listening).toBe(false);
  await server.signalr.close();
});

class TimerHub extends Hub {
  readonly #context: HubContext<UntypedClient>;
  constructor(context: HubContext<UntypedClient>) {
    super();
    this.#context = context;
  }
  start(seconds: number): void {
    const client = this.#context.clients.client(this.context.connectionId);
    setTimeout(() => void client.send('rang'), seconds * 1000);
  }
}

afterEach(() => vi.useRealTimers());
test('the timers of a hub can be fake', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let context: HubContext<UntypedClient> | undefined;
  const create = (): TimerHub => new TimerHub(context as HubContext<UntypedClient>);
  await using server = await testServer({
    '/timers': { hub: { hub: TimerHub, create }, methods: ['start'] },
  });
  context = server.hubs['/timers'];
  const client = await server.connect('/timers', { serverTimeout: 2 ** 31 - 1 });
  const rang = client.nextCall('rang');
  await client.invoke('start', 3600);
  vi.advanceTimersByTime(3_600_000);
  expect(await rang).toEqual([]);
});
