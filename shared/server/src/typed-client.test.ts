import { Subject } from '@microsoft/signalr';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Hub, SignalRServer, streamOf } from './index.ts';
import { testServer } from './testing/index.ts';
import type { TypedConnection } from './client/index.ts';

interface ChatServer {
  say(text: string, loud?: boolean): Promise<number>;
  quiet(): void;
  count(to: number): AsyncIterable<number>;
  numbers(): ReadableStream<number>;
  sum(label: string, items: AsyncIterable<number>): Promise<string>;
}
interface ChatClient {
  said(text: string): void;
  ask(question: string): string | Promise<string>;
}
class ChatHub extends Hub<ChatClient> implements ChatServer {
  async say(text: string, loud = false): Promise<number> {
    await this.clients.all.send('Said', loud ? text.toUpperCase() : text);
    return text.length;
  }
  quiet(): void {}
  async *count(to: number): AsyncGenerator<number> {
    for (let i = 0; i < to; i++) yield i;
  }
  numbers(): ReadableStream<number> {
    return ReadableStream.from([1, 2]) as ReadableStream<number>;
  }
  async sum(label: string, items: AsyncIterable<number>): Promise<string> {
    let sum = 0;
    for await (const item of items) sum += item;
    return `${label}${sum}`;
  }
  askCaller(): Promise<string> {
    return this.clients.caller.invoke('ask', 'why?');
  }
}
const methods = {
  quiet: {},
  count: {},
  askCaller: {},
  say: { arguments: [z.string(), z.boolean()] },
  numbers: { streams: true },
  sum: { arguments: [z.string(), streamOf(z.number())] },
};

test('the same contract types the hub and the client', async () => {
  const server = await testServer((signalr) => signalr.mapHub('/chat', ChatHub, { methods }));
  const client = await server.connect<ChatServer & { askCaller(): Promise<string> }, ChatClient>(
    '/chat',
  );
  const said = client.nextCall('Said');
  expect(await client.invoke('Say', 'hello', true)).toBe(5);
  expect(await said).toEqual(['HELLO']);
  client.on('Ask', async (question) => `${question} because`);
  expect(await client.invoke('askCaller')).toBe('why? because');
  const upload = new Subject<number>();
  const sum = client.invoke('Sum', 'sum ', upload);
  for (const item of [1, 2, 3]) upload.next(item);
  upload.complete();
  expect(await sum).toBe('sum 6');
  for (const stream of [() => client.stream('Count', 3), () => client.stream('Numbers')]) {
    const items: number[] = [];
    await new Promise<void>((complete, error) =>
      stream().subscribe({ next: (item) => items.push(item), complete, error }),
    );
    expect(items).toEqual(items.length === 3 ? [0, 1, 2] : [1, 2]);
  }
  await server.close();
});

// Never runs: the compiler is the test.
async function theClientIsTyped(client: TypedConnection<ChatServer, ChatClient>): Promise<void> {
  expectTypeOf(await client.invoke('say', 'x', true)).toEqualTypeOf<number>();
  expectTypeOf(await client.invoke('Quiet')).toEqualTypeOf<void>();
  expectTypeOf(await client.send('Say', 'x', true)).toEqualTypeOf<void>();
  client.stream('Count', 3).subscribe({
    next: (item) => expectTypeOf(item).toEqualTypeOf<number>(),
    error: () => undefined,
    complete: () => undefined,
  });
  client.on('Said', (text) => expectTypeOf(text).toEqualTypeOf<string>());
  client.on('Ask', (question) => question);
  client.off('Said');
  // @ts-expect-error: no such method
  await client.invoke('Shout', 'x');
  // @ts-expect-error: wrong type of argument
  await client.invoke('Say', 1);
  // @ts-expect-error: too few arguments
  await client.invoke('Say');
  // @ts-expect-error: the server counts the optional parameter, too
  await client.invoke('Say', 'x');
  // @ts-expect-error: a number comes back
  expectTypeOf(await client.invoke('Say', 'x', true)).toEqualTypeOf<string>();
  // @ts-expect-error: a stream is not invoked
  await client.invoke('Count', 3);
  // @ts-expect-error: what is no stream is not streamed
  client.stream('Say', 'x');
  // @ts-expect-error: an upload of the wrong items
  await client.invoke('Sum', 'x', new Subject<string>());
  // @ts-expect-error: no such method of the client
  client.on('Told', () => undefined);
  // @ts-expect-error: the client is called with text
  client.on('Said', (text: number) => text);
  // @ts-expect-error: the answer has to be text
  client.on('Ask', () => 1);
}

class WrongHub extends Hub<ChatClient> {
  async wrong(): Promise<void> {
    expectTypeOf(await this.clients.caller.invoke('Ask', 'x')).toEqualTypeOf<string>();
    expectTypeOf(
      await this.clients.client('id').withSignal(this.context.invocationAborted).invoke('ask', 'x'),
    ).toEqualTypeOf<string>();
    // @ts-expect-error: no such method of the client
    await this.clients.all.send('Told', 'x');
    // @ts-expect-error: wrong type of argument
    await this.clients.all.send('Said', 1);
    // @ts-expect-error: too few arguments
    await this.clients.caller.invoke('Ask');
    // @ts-expect-error: text comes back
    expectTypeOf(await this.clients.caller.invoke('Ask', 'x')).toEqualTypeOf<number>();
    // @ts-expect-error: only a single client can be invoked
    await this.clients.all.invoke('Ask', 'x');
  }
}
class OtherHub extends Hub<ChatClient> implements Pick<ChatServer, 'say'> {
  // @ts-expect-error: a hub that does not do what the contract says
  say(text: number): number {
    return text;
  }
}

function theServerIsTyped(signalr: SignalRServer): void {
  const context = signalr.mapHub('/chat', ChatHub, { methods, clientResults: { ask: z.string() } });
  expectTypeOf(context.clients.client('id').invoke('Ask', 'x')).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error: no such method of the client
  void context.clients.all.send('Told', 'x');
  // @ts-expect-error: no such method of the hub
  signalr.mapHub('/chat', ChatHub, { methods: { ...methods, shout: {} } });
  // @ts-expect-error: no such method of the client
  signalr.mapHub('/chat', ChatHub, { methods, clientResults: { told: z.string() } });
  // @ts-expect-error: no hub
  signalr.mapHub('/chat', Date, { methods: [] });
}

test('wrong names and types are compile errors in the hub and in the client', () => {
  for (const checked of [theClientIsTyped, theServerIsTyped, WrongHub, OtherHub])
    expect(checked).toBeTypeOf('function');
});

class UnusualHub extends Hub {
  override onConnected(): void {}
  *numbers(): Generator<number> {
    yield 1;
  }
  join(...texts: string[]): string {
    return texts.join();
  }
}
// Never runs: the compiler is the test.
async function callsThatWouldFailDoNotCompile(
  client: TypedConnection<UnusualHub, ChatClient>,
): Promise<void> {
  client.stream('Numbers').subscribe({
    next: (item) => expectTypeOf(item).toEqualTypeOf<number>(),
    error: () => undefined,
    complete: () => undefined,
  });
  // @ts-expect-error: a synchronous generator is a stream, too
  await client.invoke('Numbers');
  // @ts-expect-error: a method with a rest parameter has no fixed number of arguments
  await client.invoke('join', 'a', 'b');
  // @ts-expect-error: clients cannot call hooks
  await client.invoke('onConnected');
}
test('calls that would fail do not compile', () => {
  expect(callsThatWouldFailDoNotCompile).toBeTypeOf('function');
});
