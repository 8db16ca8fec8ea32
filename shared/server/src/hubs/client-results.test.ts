import { EventEmitter, once } from 'node:events';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, type HubContext, HubError } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { testServer, type TestServer } from '../testing/index.ts';

interface Client {
  getName(question: string): Promise<string>;
  getOther(): Promise<number>;
}
class InvokingHub extends Hub<Client> {
  override async onConnected(): Promise<void> {
    if (!this.context.request.query.has('name')) return;
    this.context.items.set('name', await this.clients.caller.invoke('GetName', 'hook'));
  }
  name(): unknown {
    return this.context.items.get('name') ?? null;
  }
  ask(id: string): Promise<string> {
    return this.clients.client(id).invoke('GetName', 'hub');
  }
  id(): string {
    return this.context.connectionId;
  }
}

/** A schema of a library whose schemas have no property `type`. */
const onlyNumbers: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'tests',
    validate: (value) =>
      typeof value === 'number' ? { value } : { issues: [{ message: 'Expected a number.' }] },
  },
};

let server: TestServer;
let context: HubContext<Client>;
const logged: string[] = [];
const log = (text: string): void => {
  logged.push(text);
};
const logger = { debug: log, info: log, warn: log, error: log };
afterEach(async () => {
  await server.close();
  logged.length = 0;
});

const RS = '\u001e';
const call = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args }) + RS;
const completion = (id: string, rest: object): string =>
  JSON.stringify({ type: 3, invocationId: id, ...rest }) + RS;
const nextMessage = async (client: RawClient): Promise<Record<string, string>> =>
  JSON.parse((await client.next()) as string) as Record<string, string>;

async function connect(query = ''): Promise<{ client: RawClient; id: string }> {
  const client = await RawClient.connect(`${server.url}/ask${query}`);
  if (query !== '') return { client, id: '' };
  client.send(call('id', 'Id'));
  return { client, id: (await nextMessage(client))['result'] as string };
}
async function start(): Promise<void> {
  server = await testServer(
    (signalr) =>
      (context = signalr.mapHub('/ask', InvokingHub, {
        methods: ['name', 'ask', 'id'],
        clientResults: { getName: z.string().min(1), getOther: onlyNumbers },
      })),
    { logger },
  );
}

test('a schema without a name for its type is described in the error', async () => {
  await start();
  const { client, id } = await connect();
  const bad = context.clients.client(id).invoke('GetOther');
  client.send(completion((await nextMessage(client))['invocationId'] as string, { result: 'x' }));
  await expect(bad).rejects.toThrow(
    'Error trying to deserialize result to the type of its schema. Expected a number.',
  );
});

test('results are validated by their schema, and method names match case-insensitively', async () => {
  await start();
  const { client, id } = await connect();
  const good = context.clients.client(id).invoke('GetName', 'context');
  const invocation = await nextMessage(client);
  expect(invocation).toMatchObject({ type: 1, target: 'GetName', arguments: ['context'] });
  client.send(completion(invocation['invocationId'] as string, { result: 'Ada' }));
  expect(await good).toBe('Ada');
  for (const result of [1, '', null]) {
    const bad = context.clients.client(id).invoke('getName', 'context');
    client.send(completion((await nextMessage(client))['invocationId'] as string, { result }));
    await expect(bad).rejects.toThrow('Error trying to deserialize result to string. ');
  }
});

test('an invocation rejects when its signal is aborted or its connection closes', async () => {
  await start();
  const { client, id } = await connect();
  const proxy = context.clients.client(id);
  await expect(proxy.withSignal(AbortSignal.abort()).invoke('GetName', 'x')).rejects.toThrow(
    HubError,
  );
  const controller = new AbortController();
  const stopped = proxy.withSignal(controller.signal).invoke('GetName', 'x');
  const { invocationId } = await nextMessage(client);
  controller.abort();
  await expect(stopped).rejects.toThrow('Invocation canceled by the server.');
  client.send(completion(invocationId as string, { result: 'late' }) + call('2', 'Name'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"2","result":null}');
  const lost = proxy.invoke('GetName', 'x');
  await client.next();
  client.close();
  await expect(lost).rejects.toThrow(`Connection '${id}' disconnected.`);
  await expect(proxy.invoke('GetName', 'x')).rejects.toThrow(`Connection '${id}' does not exist.`);
});

test('the connected hook may invoke the client, and calls wait until it returns', async () => {
  await start();
  const { client } = await connect('?name');
  const invocation = await nextMessage(client);
  client.send(
    call('1', 'Name') + completion(invocation['invocationId'] as string, { result: 'Bea' }),
  );
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"Bea"}');
});

test('a client that returns the result of another client is closed, and the invocation stays pending', async () => {
  await start();
  const invoked = await connect();
  const caller = await connect();
  caller.client.send(call('1', 'Ask', invoked.id));
  const { invocationId } = await nextMessage(invoked.client);
  const impostor = await connect();
  impostor.client.send(completion(invocationId as string, { result: 'false' }));
  expect(await impostor.client.end()).toMatchObject({ code: 1000 });
  expect(logged.join()).toContain('sent an invalid message');
  invoked.client.send(completion(invocationId as string, { result: 'true' }));
  expect(await caller.client.next()).toBe('{"type":3,"invocationId":"1","result":"true"}');
});

test('a call that waits for a client frees its slot once, and later calls keep their order', async () => {
  await start();
  const { client, id } = await connect();
  client.send(call('1', 'Ask', id) + call('2', 'Ask', id) + call('3', 'Name'));
  const invocations = [await nextMessage(client), await nextMessage(client)];
  expect(await client.next()).toBe('{"type":3,"invocationId":"3","result":null}');
  for (const [n, { invocationId }] of invocations.entries())
    client.send(completion(invocationId as string, { result: `n${n}` }));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"n0"}');
  expect(await client.next()).toBe('{"type":3,"invocationId":"2","result":"n1"}');
});

const results = new EventEmitter();
/** Invokes its caller in a hook, or waits in a hook for an invocation that another call started. */
class HookHub extends Hub<Client> {
  override onConnected(): Promise<void> | undefined {
    return this.context.request.query.has('connected') ? this.#invoke('connected') : undefined;
  }
  override async onDisconnected(): Promise<void> {
    await this.#invoke('disconnected');
    results.emit('left');
  }
  async #invoke(hook: string): Promise<void> {
    const invoked = this.clients.caller.invoke('GetName', hook);
    results.emit(hook, await invoked.catch((error: Error) => error.message));
  }
}

test.each(['', '?connected'])(
  'a hook that invokes a client that disconnects ends %s',
  async (query) => {
    server = await testServer((signalr) => signalr.mapHub('/ask', HookHub, { methods: [] }));
    const rejected = once(results, query === '' ? 'disconnected' : 'connected');
    const left = once(results, 'left');
    const client = await RawClient.connect(`${server.url}/ask${query}`);
    if (query !== '') await client.next();
    client.close();
    expect(await rejected).toEqual([expect.stringMatching(/^Connection '[^']+' disconnected\.$/)]);
    await left;
    await expect
      .poll(() => server.signalr.health().entries)
      .toMatchObject({ HookHub: { data: { connections: 0 } } });
  },
);

test('an invocation rejects when its client disconnects, although its disconnected hook still runs', async () => {
  const release = new EventEmitter();
  class SlowHub extends InvokingHub {
    override async onDisconnected(): Promise<void> {
      await once(release, 'end');
    }
  }
  server = await testServer(
    (signalr) => (context = signalr.mapHub('/ask', SlowHub, { methods: ['name', 'ask', 'id'] })),
  );
  const { client, id } = await connect();
  const invoke = (): Promise<string> => context.clients.client(id).invoke('GetName', 'x');
  const lost = invoke();
  await client.next();
  client.close();
  await expect(lost).rejects.toThrow(`Connection '${id}' disconnected.`);
  await expect(invoke()).rejects.toThrow(`Connection '${id}' disconnected.`);
  release.emit('end');
});
