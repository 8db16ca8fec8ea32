import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, type HubContext, HubError } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { testServer, type TestServer } from '../testing/index.ts';

interface Client {
  askName(question: string): Promise<string>;
}
class AskHub extends Hub<Client> {
  override async onConnected(): Promise<void> {
    if (!this.context.request.query.has('name')) return;
    this.context.items.set('name', await this.clients.caller.invoke('AskName', 'hook'));
  }
  name(): unknown {
    return this.context.items.get('name') ?? null;
  }
  ask(id: string): Promise<string> {
    return this.clients.client(id).invoke('AskName', 'hub');
  }
  id(): string {
    return this.context.connectionId;
  }
}

let server: TestServer;
let context: HubContext<Client>;
const logged: string[] = [];
const log = (text: string): void => void logged.push(text);
const logger = { debug: log, info: log, warn: log, error: log };
afterEach(async () => {
  await server.close();
  logged.length = 0;
});

const RS = '\u001e';
const call = (id: string, target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: id, target, arguments: args }) + RS;
const answer = (id: string, rest: object): string =>
  JSON.stringify({ type: 3, invocationId: id, ...rest }) + RS;
const parsed = async (client: RawClient): Promise<Record<string, string>> =>
  JSON.parse((await client.next()) as string) as Record<string, string>;

async function connect(query = ''): Promise<{ client: RawClient; id: string }> {
  const client = await RawClient.connect(`${server.url}/ask${query}`);
  if (query !== '') return { client, id: '' };
  client.send(call('id', 'Id'));
  return { client, id: (await parsed(client))['result'] as string };
}
async function start(): Promise<void> {
  server = await testServer(
    (signalr) =>
      (context = signalr.mapHub('/ask', AskHub, { clientResults: { askName: z.string().min(1) } })),
    { logger },
  );
}

test('the hub context asks; the answer is checked by its schema; names are found without regard to case', async () => {
  await start();
  const { client, id } = await connect();
  const good = context.clients.client(id).invoke('AskName', 'context');
  const question = await parsed(client);
  expect(question).toMatchObject({ type: 1, target: 'AskName', arguments: ['context'] });
  client.send(answer(question['invocationId'] as string, { result: 'Ada' }));
  expect(await good).toBe('Ada');
  for (const result of [1, '', null]) {
    const bad = context.clients.client(id).invoke('askName', 'context');
    client.send(answer((await parsed(client))['invocationId'] as string, { result }));
    await expect(bad).rejects.toThrow("answer to 'askName' is not of the type");
  }
});

test('a signal ends the wait, before and after the question; the end of the connection does too', async () => {
  await start();
  const { client, id } = await connect();
  const asked = context.clients.client(id);
  await expect(asked.withSignal(AbortSignal.abort()).invoke('AskName', 'x')).rejects.toThrow(
    HubError,
  );
  const controller = new AbortController();
  const stopped = asked.withSignal(controller.signal).invoke('AskName', 'x');
  const { invocationId } = await parsed(client);
  controller.abort();
  await expect(stopped).rejects.toThrow('Invocation canceled by the server.');
  client.send(answer(invocationId as string, { result: 'late' }) + call('2', 'Name'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"2","result":null}');
  const lost = asked.invoke('AskName', 'x');
  await client.next();
  client.close();
  await expect(lost).rejects.toThrow(`Connection '${id}' disconnected.`);
  await expect(asked.invoke('AskName', 'x')).rejects.toThrow(`Connection '${id}' does not exist.`);
});

test('the connected hook may ask; calls wait until it is done', async () => {
  await start();
  const { client } = await connect('?name');
  const question = await parsed(client);
  client.send(call('1', 'Name') + answer(question['invocationId'] as string, { result: 'Bea' }));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"Bea"}');
});

test('who answers for another is closed, and the log says why; the question stays open', async () => {
  await start();
  const [asked, liar] = [await connect(), await connect()];
  liar.client.send(call('1', 'Ask', asked.id));
  const { invocationId } = await parsed(asked.client);
  const other = await connect();
  other.client.send(answer(invocationId as string, { result: 'false' }));
  expect(await other.client.end()).toMatchObject({ code: 1000 });
  expect(logged.join()).toContain('sent a message that cannot be read');
  asked.client.send(answer(invocationId as string, { result: 'true' }));
  expect(await liar.client.next()).toBe('{"type":3,"invocationId":"1","result":"true"}');
});

test('a call that waits for a client gives up its place once: with one at a time the rest stay in order', async () => {
  await start();
  const { client, id } = await connect();
  client.send(call('1', 'Ask', id) + call('2', 'Ask', id) + call('3', 'Name'));
  const questions = [await parsed(client), await parsed(client)];
  expect(await client.next()).toBe('{"type":3,"invocationId":"3","result":null}');
  for (const [n, { invocationId }] of questions.entries())
    client.send(answer(invocationId as string, { result: `n${n}` }));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"n0"}');
  expect(await client.next()).toBe('{"type":3,"invocationId":"2","result":"n1"}');
});
