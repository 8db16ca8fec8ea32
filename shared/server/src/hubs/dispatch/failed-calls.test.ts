import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, HubError, type MapHubOptions, streamOf } from '../../index.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import { RawClient } from '../../testing/raw-client.ts';
import { testServer, type TestServer } from '../../testing/index.ts';

const Address = z.object({ city: z.string(), lines: z.array(z.string().max(5)) });
class FailingHub extends Hub {
  say(text: string, address: z.infer<typeof Address>): string {
    return text + address.city;
  }
  async upload(_items: AsyncIterable<number>, text: string): Promise<string> {
    return text;
  }
  *list(): Generator<number> {
    yield 1;
  }
  iterable(): AsyncIterable<number> {
    return ReadableStream.from([1]) as AsyncIterable<number>;
  }
  unknownClient(): Promise<unknown> {
    return this.clients.client('nobody').invoke('Ask');
  }
  async codeOfUnknownClient(): Promise<string> {
    return this.clients
      .client('nobody')
      .invoke('Ask')
      .then(
        () => 'no error',
        (error: HubError) =>
          `${error instanceof HubError} ${error.name} ${error.code} ${error.message}`,
      );
  }
}
const methods = {
  say: { arguments: [z.string(), Address] },
  upload: { arguments: [streamOf(z.number()), z.string()] },
  list: {},
  iterable: {},
  unknownClient: {},
  codeOfUnknownClient: {},
} as const;

const logger = new CollectingLogger();
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  logger.lines.length = 0;
});

async function connect(options: Omit<MapHubOptions<FailingHub>, 'methods'>): Promise<RawClient> {
  server = await testServer(
    (signalr) => signalr.mapHub('/hub', FailingHub, { ...options, methods }),
    { logger },
  );
  return RawClient.connect(`${server.url}/hub`);
}
const call = (target: string, args: unknown[], more: object = {}): string =>
  `${JSON.stringify({ type: 1, invocationId: '1', target, arguments: args, ...more })}\u001e`;
const errorOf = async (client: RawClient): Promise<unknown> =>
  (JSON.parse((await client.next()) as string) as { error?: string }).error;

const secret = 'hunter2';
const badAddress = { city: secret, lines: ['fine', `${secret}${secret}`] };

test('failed calls are logged at debug level with the reason and without values', async () => {
  const client = await connect({});
  const forged = `${'x'.repeat(200)}\n`;
  for (const message of [
    call('Nope\nforged', []),
    call(forged, []),
    call('Say', [secret]),
    call('Say', ['x', badAddress]),
    call('Say', [1, badAddress]),
    call('List', []),
    call('Say', ['x', { city: secret, lines: [] }], { type: 4 }),
  ]) {
    client.send(message);
    await client.next();
  }
  expect(logger.linesOf('debug')).toEqual([
    "A call of 'Nope\\nforged' of FailingHub was refused: the hub has no such method.",
    `A call of '${'x'.repeat(100)}' of FailingHub was refused: the hub has no such method.`,
    "A call of 'Say' of FailingHub was refused: it has 1 argument(s), and the method expects 2.",
    "A call of 'Say' of FailingHub was refused: argument 2 does not match its schema at 'lines[1]'.",
    "A call of 'Say' of FailingHub was refused: argument 1 does not match its schema at '$'.",
    "A call of 'List' of FailingHub was refused: the method returns a stream.",
    "A call of 'Say' of FailingHub was refused: the method does not return a stream.",
  ]);
  expect(logger.linesOf('error')).toEqual([]);
  expect(JSON.stringify(logger.linesOf('debug'))).not.toContain(secret);
});

test('a hub can let clients know which argument failed and why', async () => {
  const client = await connect({ exposeValidationErrors: true });
  client.send(call('Say', ['x', badAddress]));
  expect(await errorOf(client)).toBe(
    "Failed to invoke 'say' due to an error on the server. HubException: Argument 2 is invalid. lines[1]: Too big: expected string to have <=5 characters",
  );
  client.send(call('Say', [1, badAddress]));
  expect(await errorOf(client)).toBe(
    "Failed to invoke 'say' due to an error on the server. HubException: Argument 1 is invalid. Invalid input: expected string, received number",
  );
  // Uploads count as parameters.
  client.send(call('Upload', [1], { streamIds: ['s'] }));
  expect(await errorOf(client)).toContain('Argument 2 is invalid.');
  client.send(call('Say', ['x']));
  expect(await errorOf(client)).toBe("Failed to invoke 'say' due to an error on the server.");
});

test('by default, clients do not learn why an argument failed', async () => {
  const client = await connect({});
  client.send(call('Say', [1, badAddress]));
  expect(await errorOf(client)).toBe("Failed to invoke 'say' due to an error on the server.");
});

test('a method that returns a stream without being declared so fails with a message in the log', async () => {
  const client = await connect({});
  client.send(call('Iterable', []));
  expect(await errorOf(client)).toBe(
    "An unexpected error occurred invoking 'iterable' on the server.",
  );
  expect(logger.linesOf('error')).toEqual([
    expect.stringContaining('Write { iterable: { streams: true } } in the option'),
  ]);
});

test('invoking a client that does not exist rejects with a HubError that the caller does not see', async () => {
  const client = await connect({});
  client.send(call('CodeOfUnknownClient', []));
  expect(await client.next()).toContain(
    '"result":"true IOException ERR_SIGNALR_CONNECTION_NOT_FOUND Connection \'nobody\' does not exist."',
  );
  client.send(call('UnknownClient', []));
  expect(await errorOf(client)).toBe(
    "An unexpected error occurred invoking 'unknownClient' on the server.",
  );
});

test('a stream call without an invocation id closes the connection only if its arguments match', async () => {
  const client = await connect({ enableDetailedErrors: true });
  const text = (target: string, args: unknown[]) =>
    `${JSON.stringify({ type: 4, target, arguments: args })}\u001e`;
  client.send(text('Nope', []) + text('List', [1]) + call('Say', []));
  expect(await errorOf(client)).toContain('provides 0 argument(s)');
  client.send(text('List', []));
  expect(await errorOf(client)).toBe(
    "Connection closed with an error. InvalidDataException: Missing required property 'invocationId'.",
  );
});

test('an argument of the wrong type is reported before the number of arguments', async () => {
  const client = await connect({ enableDetailedErrors: true });
  client.send(call('Say', [1, 2, 3]));
  expect(await errorOf(client)).toContain('Error binding arguments.');
  client.send(call('Say', ['x']));
  expect(await errorOf(client)).toContain('provides 1 argument(s)');
});
