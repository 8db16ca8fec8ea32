import { expect, expectTypeOf, test } from 'vitest';
import { Hub, type HubContext } from '../index.ts';
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

test('the server keeps idle HTTP connections as long as ASP.NET Core', async () => {
  const server = await testServer({ '/chat': { hub: ChatHub, methods: ['say'] } });
  const { headers } = await fetch(`${server.url}/chat/negotiate?negotiateVersion=1`, {
    method: 'POST',
  });
  expect(headers.get('keep-alive')).toBe('timeout=130');
  await server.close();
});
