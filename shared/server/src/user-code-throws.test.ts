import { afterEach, expect, test } from 'vitest';
import {
  Hub,
  type HubFactory,
  type HubFilter,
  type HubProtocol,
  JsonHubProtocol,
  type MapHubOptions,
  type SignalRServerOptions,
  stream,
  streamOf,
} from './index.ts';
import { LocalLifetimeManager } from './scale-out/index.ts';
import { RawClient } from './testing/raw-client.ts';
import { testServer, type TestServer } from './testing/index.ts';

const fail = (): never => {
  throw new Error('user code failed');
};
const reject = async (): Promise<never> => fail();
const schema = (validate: () => never) =>
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as never;

class UserHub extends Hub {
  say(text: unknown): unknown {
    return text;
  }
  async *stream(text: string): AsyncGenerator<unknown> {
    yield text;
  }
  async upload(items: AsyncIterable<unknown>): Promise<number> {
    let count = 0;
    for await (const _ of items) count++;
    return count;
  }
  async ask(): Promise<unknown> {
    return this.clients.caller.invoke('Ask');
  }
  async slow(): Promise<string> {
    return '';
  }
  async tell(): Promise<string> {
    return this.clients.all.send('m', 'x').then(
      () => 'sent',
      () => 'rejected',
    );
  }
}
const userMethods = {
  say: {},
  stream: {},
  upload: { arguments: [stream] },
  ask: {},
  tell: {},
  slow: {},
} as const;
class FailingConnect extends UserHub {
  override onConnected = reject;
}
class FailingDisconnect extends UserHub {
  override onDisconnected = reject;
}

const RS = '\u001e';
const record = (message: object): string => JSON.stringify(message) + RS;
const call = (target: string, args: unknown[] = [], more: object = {}): string =>
  record({ type: 1, invocationId: '1', target, arguments: args, ...more });
const error = (sentence: string): string =>
  JSON.stringify({ type: 3, invocationId: '1', error: sentence });
const binding = (target: string): string =>
  error(`Failed to invoke '${target}' due to an error on the server.`);
const running = (target: string): string =>
  error(`An unexpected error occurred invoking '${target}' on the server.`);
const closed = '{"type":7,"error":"Connection closed with an error."}';

let server: TestServer;
let logged: string[] = [];
const log = (text: string): void => void logged.push(text);
const logger = { debug: log, info: log, warn: log, error: log };
afterEach(async () => {
  logged = [];
  // One user's failing callback leaves the others alone.
  const witness = await RawClient.connect(`${server.url}/fine`);
  witness.send(call('Say', ['x']));
  expect(await witness.next()).toBe('{"type":3,"invocationId":"1","result":"x"}');
  await server.close();
});

type HubClass = new () => UserHub;
async function connect(
  hub: HubFactory<UserHub>,
  hubOptions: Partial<MapHubOptions<UserHub>> = {},
  options: SignalRServerOptions = {},
): Promise<RawClient> {
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/hub', hub, { methods: userMethods, ...hubOptions });
      class FineHub extends UserHub {}
      signalr.mapHub('/fine', FineHub, { methods: userMethods });
    },
    { logger, ...options },
  );
  return RawClient.connect(`${server.url}/hub`);
}

const filters: Record<string, HubFilter> = {
  'a filter that throws': { invokeMethod: fail },
  'a filter that rejects': { invokeMethod: reject },
};
test.each(Object.entries(filters))('%s fails the call', async (_name, filter) => {
  const client = await connect(UserHub, { filters: [filter] });
  client.send(call('Say', ['x']));
  expect(await client.next()).toBe(running('say'));
  client.send(record({ type: 4, invocationId: '1', target: 'Stream', arguments: ['x'] }));
  expect(await client.next()).toBe(running('stream'));
  expect(logged).toContain('UserHub.say failed.');
});

test.each([
  ['throws', fail],
  ['rejects', reject as never],
])('a schema that %s fails the call, the upload or the client result', async (_name, validate) => {
  const client = await connect(UserHub, {
    methods: {
      ...userMethods,
      say: { arguments: [schema(validate)] },
      upload: { arguments: [streamOf(schema(validate))] },
    },
    clientResults: { Ask: schema(validate) },
  });
  client.send(call('Say', ['x']));
  expect(await client.next()).toBe(binding('say'));
  client.send(
    call('Upload', [], { streamIds: ['s'] }) + record({ type: 2, invocationId: 's', item: 1 }),
  );
  expect(await client.next()).toBe(running('upload'));
  client.send(call('Ask'));
  const { invocationId } = JSON.parse((await client.next()) as string) as { invocationId: string };
  client.send(record({ type: 3, invocationId, result: 'x' }));
  expect(await client.next()).toBe(running('ask'));
});

const refusals: [string, HubClass | (() => UserHub), SignalRServerOptions, string][] = [
  [
    'onConnected',
    FailingConnect,
    {},
    'onConnected of FailingConnect failed. The connection was closed.',
  ],
  [
    'a connected filter',
    UserHub,
    { filters: [{ onConnected: fail }] },
    'onConnected of UserHub failed. The connection was closed.',
  ],
];
test.each(refusals)('%s that throws closes the connection', async (_name, hub, options, text) => {
  let wanted = true;
  const once = { ...options };
  if (options.filters !== undefined) {
    once.filters = [
      { onConnected: (_lifetime, next) => (wanted ? ((wanted = false), fail()) : next()) },
    ];
  }
  const client = await connect(hub, {}, once);
  expect(await client.end()).toEqual({ records: [closed], code: 1000 });
  expect(logged).toContain(text);
});

test('a factory that throws or returns an old instance fails the call', async () => {
  let count = 0;
  const old = new UserHub();
  const client = await connect(() => {
    count++;
    if (count <= 2) return new UserHub(); // for the mapping and the connected hook
    return count === 3 ? fail() : old;
  });
  for (let i = 0; i < 3; i++) client.send(call('Say', ['x']));
  expect(await client.next()).toBe(running('say'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"x"}');
  expect(await client.next()).toBe(running('say'));
});

test('a factory that returns the same instance again does not affect the running call', async () => {
  let continueCall: () => void = () => undefined;
  class SlowHub extends UserHub {
    override async slow(): Promise<string> {
      await new Promise<void>((resolve) => (continueCall = resolve));
      return this.context.connectionId.slice(0, 0);
    }
  }
  const only = new SlowHub();
  let count = 0;
  const create = (): UserHub => {
    count++;
    return count === 1 ? new SlowHub() : only; // the first is for the connected hook
  };
  const client = await connect(
    { hub: SlowHub, create },
    { maximumParallelInvocationsPerClient: 2 },
  );
  client.send(call('Slow') + call('Say', ['x']));
  expect(await client.next()).toBe(running('say'));
  continueCall();
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":""}');
});

test('errors of onDisconnected, its filter and the lifetime manager leave nothing behind', async () => {
  let left = 0;
  class FailingManager extends LocalLifetimeManager {
    override async onDisconnected(connection: never): Promise<void> {
      await super.onDisconnected(connection);
      left++;
      fail();
    }
  }
  const options: SignalRServerOptions = {
    scaleOut: () => new FailingManager(),
    filters: [{ onDisconnected: fail }],
  };
  const client = await connect(FailingDisconnect, {}, options);
  client.send(call('Say', ['x']));
  await client.next();
  client.close();
  await expect.poll(() => left).toBe(1);
  await expect
    .poll(() => logged)
    .toContain('The lifetime manager of FailingDisconnect failed to remove a connection.');
  expect(logged).toContain('onDisconnected of FailingDisconnect failed.');
});

test('a serializer that throws when it writes a value fails the call, and the client gets an error', async () => {
  const broken = { parse: (text: string) => JSON.parse(text) as unknown, stringify: fail };
  const protocols = [new JsonHubProtocol({ payloadSerializer: broken })];
  const client = await connect(UserHub, { protocols });
  client.send(call('Say', ['x']));
  expect(await client.next()).toBe(running('say'));
  client.send(record({ type: 4, invocationId: '1', target: 'Stream', arguments: ['x'] }));
  expect(await client.next()).toContain('"error":"An error occurred on the server while streaming');
});

test('a protocol that cannot write pings ends its connections only', async () => {
  const json = new JsonHubProtocol();
  const protocol: HubProtocol = {
    name: 'own',
    version: 1,
    transferFormat: 'Text',
    createReader: (size) => json.createReader(size),
    writeMessage: (message) => (message.type > 3 ? fail() : json.writeMessage(message)),
  };
  const options = { protocols: [protocol, json], keepAliveInterval: 50 };
  const client = await connect(UserHub, options);
  const other = await RawClient.open(`${server.url}/hub`);
  other.send(record({ protocol: 'own', version: 1 }));
  expect(await other.next()).toBe('{}');
  expect(await other.end()).toEqual({ records: [], code: 1000 });
  expect(logged.join()).toContain('A custom hub protocol must write all types of messages.');
  client.send(call('Say', ['x']));
  expect(await client.next()).toContain('"result":"x"');
});

test('a serializer that can write no text closes the connection and rejects sends', async () => {
  const parse = (text: string): unknown => JSON.parse(text);
  const broken = { parse, stringify: fail, stringifyText: fail };
  const protocols = [new JsonHubProtocol({ payloadSerializer: broken })];
  const client = await connect(UserHub, { protocols });
  client.send(call('Say', ['x']));
  expect(await client.end()).toEqual({ records: ['{"type":7}'], code: 1000 });
  const other = await RawClient.connect(`${server.url}/hub`);
  other.send(`nonsense${RS}`);
  expect(await other.end()).toEqual({ records: [], code: 1000 });
  const third = await RawClient.connect(`${server.url}/hub`);
  third.send(record({ type: 4, invocationId: '1', target: 'Stream', arguments: ['x'] }));
  expect(await third.end()).toEqual({ records: ['{"type":7}'], code: 1000 });
});

test('the errors of a logger are ignored', async () => {
  const client = await connect(
    UserHub,
    { filters: [{ invokeMethod: fail }] },
    { logger: { debug: fail, info: fail, warn: fail, error: fail } },
  );
  client.send(call('Say', ['x']));
  expect(await client.next()).toBe(running('say'));
});

test('arguments that cannot be serialized reject only their own send', async () => {
  class BigHub extends UserHub {
    override async tell(): Promise<string> {
      return this.clients.caller.send('m', 1n).then(
        () => 'sent',
        () => 'rejected',
      );
    }
  }
  const client = await connect(BigHub);
  client.send(call('Tell'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"rejected"}');
});
