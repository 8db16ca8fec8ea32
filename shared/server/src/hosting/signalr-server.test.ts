import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Hub, HubError, SignalRServer } from '../index.ts';
import { RawClient } from '../testing/raw-client.ts';
import { testServer, type TestServer } from '../testing/index.ts';

interface Client {
  said(text: string): void;
}
let stored: ChatHub | undefined;
class ChatHub extends Hub<Client> {
  say(text: string): Promise<void> {
    return this.clients.all.send('said', text);
  }
  store(): void {
    stored = this as ChatHub;
  }
  two(a: unknown, b: unknown): unknown[] {
    return [a, b];
  }
  told(): void {
    throw new HubError('told');
  }
}

const RS = '\u001e';
const call = (target: string, ...args: unknown[]): string =>
  JSON.stringify({ type: 1, invocationId: '1', target, arguments: args }) + RS;
const chatMethods = ['say', 'store', 'two', 'told'] as const;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('close tells clients to reconnect, closes the connections and frees everything', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods: chatMethods }),
  );
  const client = await RawClient.connect(`${server.url}/chat`);
  await server.close();
  expect(await client.end()).toEqual({ records: ['{"type":7,"allowReconnect":true}'], code: 1000 });
  expect(() => server?.signalr.mapHub('/late', ChatHub, { methods: chatMethods })).toThrow(
    'This SignalRServer is closed.',
  );
  server = undefined;
});

test('close may be called again before it has finished', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods: chatMethods }),
  );
  const { signalr } = server;
  const client = await RawClient.connect(`${server.url}/chat`);
  await Promise.all([signalr.close(), signalr.close()]);
  expect((await client.end()).records).toEqual(['{"type":7,"allowReconnect":true}']);
  await signalr.close();
});

test.each(['WebSockets', 'ServerSentEvents', 'LongPolling'])(
  'a process whose server is closed ends by itself: %s',
  async (transport) => {
    const script = `
    import { HttpTransportType, HubConnectionBuilder } from '@microsoft/signalr';
    import { Hub } from './src/index.ts';
    import { testServer } from './src/testing/index.ts';
    class H extends Hub {}
    const server = await testServer((signalr) => signalr.mapHub('/h', H, { methods: [] }));
    const client = new HubConnectionBuilder()
      .withUrl(server.url + '/h', { transport: HttpTransportType.${transport} }).configureLogging('none').build();
    await client.start();
    client.onclose(() => console.log('closed'));
    await server.close();
    console.log('done');`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--conditions=@practical-signalr/source',
        '--import=tsx',
        '--input-type=module',
        '--eval',
        script,
      ],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)) },
    );
    expect(stdout.split('\n').toSorted()).toEqual(['', 'closed', 'done']);
  },
);

test('a send of a hub after its call rejects with the name of its class', async () => {
  server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods: chatMethods }),
  );
  const client = await RawClient.connect(`${server.url}/chat`);
  client.send(call('Store'));
  await client.next();
  const disposed = "Cannot access a disposed object. Object name: 'ChatHub'.";
  await expect(stored?.clients.all.send('said', 'x')).rejects.toThrow(disposed);
  await expect(stored?.groups.add('id', 'group')).rejects.toThrow(disposed);
  expect(() => new ChatHub().clients).toThrow('ChatHub was not created for a call.');
  client.close();
});

test('the hub context sends from outside of hubs, and a factory injects dependencies', async () => {
  let hubs = 0;
  let context:
    | { clients: { all: { send(name: 'said', text: string): Promise<void> } } }
    | undefined;
  server = await testServer((signalr) => {
    const create = (): ChatHub => {
      hubs++;
      return new ChatHub();
    };
    context = signalr.mapHub('/chat', create, { methods: chatMethods });
  });
  const client = await RawClient.connect(`${server.url}/chat`);
  client.send(call('Two', 1, 2));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":[1,2]}');
  await context?.clients.all.send('said', 'outside');
  expect(await client.next()).toBe('{"type":1,"target":"said","arguments":["outside"]}');
  expect(hubs).toBeGreaterThan(2);
  client.close();
});

test('a factory that is passed with its class is called for calls only', async () => {
  class StoredHub extends Hub {
    readonly #store: readonly string[];
    constructor(store: readonly string[]) {
      super();
      this.#store = store;
    }
    stored(): readonly string[] {
      return this.#store;
    }
  }
  let hubs = 0;
  const create = (): StoredHub => {
    hubs++;
    return new StoredHub(['a']);
  };
  server = await testServer((signalr) =>
    signalr.mapHub('/stored', { hub: StoredHub, create }, { methods: ['stored'] }),
  );
  expect(hubs).toBe(0);
  const client = await RawClient.connect(`${server.url}/stored`);
  client.send(call('Stored'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":["a"]}');
  client.close();
});

test('a factory may create a subclass, whose methods run', async () => {
  class BaseHub extends Hub {
    name(): string {
      return 'base';
    }
  }
  class OverridingHub extends BaseHub {
    override name(): string {
      return `overriding ${super.name()}`;
    }
  }
  server = await testServer((signalr) => {
    const hub = { hub: BaseHub, create: () => new OverridingHub() };
    signalr.mapHub('/plain', hub, { methods: ['name'] });
    signalr.mapHub('/filtered', hub, {
      methods: ['name'],
      filters: [{ invokeMethod: (_invocation, next) => next() }],
    });
  });
  for (const path of ['/plain', '/filtered']) {
    const client = await RawClient.connect(server.url + path);
    client.send(call('Name'));
    expect(await client.next()).toContain('"result":"overriding base"');
    client.close();
  }
});

test('any Standard Schema library can validate arguments, also asynchronously', async () => {
  const methods = {
    say: {},
    store: {},
    told: {},
    two: { arguments: [z.number().int(), z.string().refine(async (text) => text !== 'bad')] },
  };
  server = await testServer((signalr) =>
    signalr.mapHub('/chat', ChatHub, { methods, enableDetailedErrors: true }),
  );
  const client = await RawClient.connect(`${server.url}/chat`);
  client.send(call('Two', 1, 'good'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":[1,"good"]}');
  for (const args of [
    [1.5, 'x'],
    [1, 2],
    [null, 'x'],
    [1, 'bad'],
  ]) {
    client.send(call('Two', ...args));
    expect(await client.next()).toContain('InvalidDataException: Error binding arguments.');
  }
  client.send(call('Two', 1));
  expect(await client.next()).toContain('Invocation provides 1 argument(s) but target expects 2.');
  client.close();
});

test('a result that cannot be serialized fails only its call', async () => {
  class BigHub extends Hub {
    big(): unknown {
      return 1n;
    }
    fine(): string {
      return 'fine';
    }
  }
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  server = await testServer(
    (signalr) => signalr.mapHub('/big', BigHub, { methods: ['big', 'fine'] }),
    { logger },
  );
  const client = await RawClient.connect(`${server.url}/big`);
  client.send(call('Big') + call('Fine'));
  expect(await client.next()).toContain(
    "An unexpected error occurred invoking 'big' on the server.",
  );
  expect(await client.next()).toContain('"fine"');
  client.close();
});

test('invalid hubs and options throw errors that name them', () => {
  const signalr = new SignalRServer();
  signalr.mapHub('/chat', ChatHub, { methods: chatMethods });
  signalr.router();
  class Twice extends Hub {
    say(): void {}
    Say(): void {}
  }
  const mistakes: [() => unknown, string][] = [
    [
      () => signalr.mapHub('/Chat/', ChatHub, { methods: chatMethods }),
      "A hub is already mapped at '/Chat/'.",
    ],
    [
      () => signalr.mapHub('chat', ChatHub, { methods: chatMethods }),
      'does not start with a slash',
    ],
    [() => signalr.mapHub('/date', Date as never, { methods: [] }), 'does not extend Hub'],
    [
      () =>
        signalr.mapHub('/object', { hub: Date, create: () => new Date() } as never, {
          methods: [],
        }),
      'Date does not extend Hub',
    ],
    [
      () => signalr.mapHub('/twice', Twice, { methods: ['say', 'Say'] }),
      "two methods with the name 'say'",
    ],
    [() => signalr.mapHub('/x', ChatHub, { methods: { nope: {} } } as never), "names 'nope'"],
    [() => signalr.router(), 'router() was called twice.'],
    [
      () => new SignalRServer({ keepAlive: 1 } as never),
      "'keepAlive' is not an option of SignalRServer",
    ],
    [
      () => new SignalRServer().mapHub('/a', ChatHub, { methods: [], authorise: true } as never),
      "'authorise' is not an option of mapHub or mapConnection",
    ],
    [
      () => new SignalRServer({ keepAliveInterval: -1 }),
      "'keepAliveInterval' must be a number greater than 0",
    ],
    [() => new SignalRServer({ transports: ['Pigeon'] as never }), "'Pigeon' is not a transport"],
    [() => new SignalRServer({ protocols: [] }), 'at least one hub protocol'],
    [
      () => new SignalRServer({ connectionTokens: { keys: ['short'] } }),
      "Key 1 of 'connectionTokens' must be a secret",
    ],
    [
      () =>
        signalr.mapHub('/x', ChatHub, {
          methods: chatMethods,
          connectionTokens: {},
        } as never),
      "'connectionTokens' has no keys",
    ],
  ];
  for (const [mistake, text] of mistakes) expect(mistake).toThrow(text);
  return signalr.close();
});

test('without attach, negotiation offers no WebSockets', async () => {
  const signalr = new SignalRServer();
  signalr.mapHub('/chat', ChatHub, { methods: chatMethods });
  const router = signalr.router();
  const body = await new Promise<string>((resolve) => {
    const response = { writeHead: () => undefined, end: resolve };
    router(
      {
        url: '/chat/negotiate?negotiateVersion=1',
        method: 'POST',
        headers: {},
        socket: {},
      } as never,
      response as never,
      () => undefined,
    );
  });
  const { availableTransports } = JSON.parse(body) as {
    availableTransports: { transport: string }[];
  };
  expect(availableTransports.map(({ transport }) => transport)).toEqual([
    'ServerSentEvents',
    'LongPolling',
  ]);
  await signalr.close();
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a class', class Other {}],
  ['a function', () => ({})],
  ['an object without a class', { create: () => new ChatHub() }],
  ['an object with another class', { hub: class Other {}, create: () => new ChatHub() }],
  ['an object without a function', { hub: ChatHub }],
])('%s that is not a hub is refused', (_what, hub) => {
  const signalr = new SignalRServer();
  expect(() => signalr.mapHub('/chat', hub as typeof ChatHub, { methods: chatMethods })).toThrow(
    expect.objectContaining({ code: 'ERR_SIGNALR_NOT_A_HUB' }),
  );
});

test.each([
  ['enableDetailedErrors', 'false', 'true or false'],
  ['exposeValidationErrors', 'false', 'true or false'],
  ['allowStatefulReconnects', 1, 'true or false'],
  ['closeOnAuthenticationExpiration', 'no', 'true or false'],
  ['enableAuthenticationRefresh', null, 'true or false'],
  ['minimumProtocolVersion', NaN, '0 or 1'],
  ['minimumProtocolVersion', '1', '0 or 1'],
  ['minimumProtocolVersion', 2, '0 or 1'],
])('%s: %j is refused, for a server and for a hub', (name, value, kind) => {
  const options = { [name]: value } as object;
  const message = `The option '${name}' must be ${kind}.`;
  expect(() => new SignalRServer(options)).toThrow(message);
  const signalr = new SignalRServer();
  const map = () => signalr.mapHub('/chat', ChatHub, { methods: chatMethods, ...options });
  expect(map).toThrow(message);
});

test('impossible options are refused by name, and so is a connection endpoint after close', async () => {
  for (const longPolling of [{ pollTimeout: 0 }, { timeout: 1 }])
    expect(() => {
      const options = { longPolling } as object;
      new SignalRServer(options).mapHub('/chat', ChatHub, { methods: chatMethods });
    }).toThrow(`longPolling.${Object.keys(longPolling)[0]}`);
  const signalr = new SignalRServer();
  await expect(signalr.close({ drainTimeout: 0 })).rejects.toThrow('drainTimeout');
  await signalr.close();
  expect(() => signalr.mapConnection('/raw', async () => undefined)).toThrow(
    'This SignalRServer is closed.',
  );
});
