import { afterEach, expect, test } from 'vitest';
import {
  type Authorize,
  Hub,
  jwtBearer,
  type MapHubOptions,
  SignalRServer,
  stream,
} from '../index.ts';
import { testServer, type TestServer } from '../testing/index.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import { RawClient } from '../testing/raw-client.ts';
import { bearer, testKey, testToken } from '../testing/test-token.ts';

class GuardedHub extends Hub {
  who(): unknown {
    return this.context.user?.['sub'] ?? null;
  }
  ban(name: string): string {
    return `banned ${name}`;
  }
  bet(amount: number): number {
    return amount;
  }
  async *watch(): AsyncGenerator<number> {
    yield 1;
  }
  async sum(numbers: AsyncIterable<unknown>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += Number(number);
    return sum;
  }
}

const authentication = jwtBearer({ key: testKey });
const call = (target: string, ...args: unknown[]): string =>
  `${JSON.stringify({ type: 1, invocationId: '1', target, arguments: args })}\u001e`;
const unauthorized = (target: string): string =>
  `{"type":3,"invocationId":"1","error":"Failed to invoke '${target}' because user is unauthorized"}`;

let server: TestServer;
const logger = new CollectingLogger();
afterEach(() => server?.close());
const methods = { who: {}, ban: {}, bet: {}, watch: {}, sum: { arguments: [stream] } } as const;
async function start(options: Partial<MapHubOptions<GuardedHub>>): Promise<string> {
  server = await testServer(
    (signalr) =>
      signalr.mapHub('/hub', GuardedHub, {
        methods,
        authentication,
        ...options,
      }),
    {
      logger,
    },
  );
  return `${server.url}/hub`;
}

test.each<[string, Authorize, object, number]>([
  ['any user', true, {}, 200],
  ['a role that the user has', { roles: ['admin'] }, { role: 'admin' }, 200],
  ['one of two roles', { roles: ['admin', 'owner'] }, { role: ['guest', 'owner'] }, 200],
  ['a role in the claim roles', { roles: ['admin'] }, { roles: ['admin'] }, 200],
  ['a role that the user has not', { roles: ['admin'] }, { role: 'guest' }, 403],
  ['a role where the user has none', { roles: ['admin'] }, {}, 403],
  ['no role at all', { roles: [] }, { role: 'admin' }, 403],
  ['a policy that is met', { policy: (user) => user['age'] === 18 }, { age: 18 }, 200],
  ['a policy that is met later', { policy: async (user) => user['age'] === 18 }, { age: 18 }, 200],
  ['a policy that is not met', { policy: () => false }, {}, 403],
  ['a policy that is not met later', { policy: async () => false }, {}, 403],
  ['a policy that answers anything but true', { policy: () => 'yes' as never }, {}, 403],
  [
    'a role and a policy, one of them met',
    { roles: ['admin'], policy: () => false },
    { role: 'admin' },
    403,
  ],
  ['a policy that throws', { policy: broken }, {}, 500],
  ['a policy that rejects', { policy: async () => broken() }, {}, 500],
])('a hub for %s', async (_name, authorize, claims, status) => {
  const url = await start({ authorize });
  const headers = bearer(testToken(claims));
  const response = await fetch(`${url}/negotiate?negotiateVersion=1`, { method: 'POST', headers });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([status, null]);
  if (status !== 200) {
    expect(await response.text()).toBe('');
    await expect(RawClient.open(url, headers)).rejects.toThrow(`status ${status}`);
  }
  const anonymous = await fetch(`${url}/negotiate`, { method: 'POST' });
  expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
});

function broken(): boolean {
  throw new Error('policy broke');
}

test('a method may require more than its hub, and a refused call does not close the connection', async () => {
  const url = await start({
    methods: {
      ...methods,
      ban: { authorize: { roles: ['admin'] } },
      bet: {
        authorize: {
          policy: (user, { hubMethodArguments = [] }) =>
            Number(user['age']) >= Number(hubMethodArguments[0]),
        },
      },
      watch: {
        authorize: { policy: async (_user, { hubMethodName }) => hubMethodName === 'nope' },
      },
    },
  });
  const client = await RawClient.connect(url, bearer(testToken({ sub: 'alice', age: 18 })));
  client.send(call('Ban', 'bob'));
  expect(await client.next()).toBe(unauthorized('ban'));
  client.send(call('Bet', 18));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":18}');
  client.send(call('Bet', 19));
  expect(await client.next()).toBe(unauthorized('bet'));
  client.send('{"type":4,"invocationId":"1","target":"Watch","arguments":[]}\u001e');
  expect(await client.next()).toBe(unauthorized('watch'));
  client.send('{"type":1,"target":"Ban","arguments":["bob"]}\u001e'); // without an id: no answer, no harm
  client.send(call('Who'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":"alice"}');
  client.close();
  const admin = await RawClient.connect(url, bearer(testToken({ role: 'admin' })));
  admin.send(call('Ban', 'bob'));
  expect(await admin.next()).toBe('{"type":3,"invocationId":"1","result":"banned bob"}');
  admin.close();
  const anonymous = await RawClient.connect(url);
  anonymous.send(call('Ban', 'bob') + call('Who'));
  expect([await anonymous.next(), await anonymous.next()]).toEqual([
    unauthorized('ban'),
    '{"type":3,"invocationId":"1","result":null}',
  ]);
  anonymous.close();
});

test.each([
  ['guest', unauthorized('sum')],
  ['admin', '{"type":3,"invocationId":"1","result":5}'],
])(
  'an upload of a user with role %s is refused or read, and the connection stays open',
  async (role, answer) => {
    const url = await start({
      methods: { ...methods, sum: { arguments: [stream], authorize: { roles: ['admin'] } } },
    });
    const client = await RawClient.connect(url, bearer(testToken({ role })));
    const item = (value: number): string =>
      `${JSON.stringify({ type: 2, invocationId: 's', item: value })}\u001e`;
    const begin = JSON.stringify({
      type: 1,
      invocationId: '1',
      target: 'Sum',
      arguments: [],
      streamIds: ['s'],
    });
    client.send(`${begin}\u001e${item(2)}${item(3)}{"type":3,"invocationId":"s"}\u001e`);
    expect(await client.next()).toBe(answer);
    client.send(call('Who'));
    expect(await client.next()).toContain('"result":');
  },
);

test('calls stay in order while a policy runs', async () => {
  const url = await start({
    methods: {
      ...methods,
      ban: { authorize: { policy: () => new Promise((done) => setImmediate(done, true)) } },
    },
  });
  const client = await RawClient.connect(url, bearer(testToken({ sub: 'alice' })));
  client.send(call('Ban', 'a') + call('Who') + call('Ban', 'b'));
  expect(
    [await client.next(), await client.next(), await client.next()].map(
      (record) => JSON.parse(record as string).result,
    ),
  ).toEqual(['banned a', 'alice', 'banned b']);
  client.close();
});

test.each([
  ['throws', broken],
  ['rejects', async () => broken()],
])('a policy of a method that %s refuses the call and is logged', async (_name, policy) => {
  const url = await start({ methods: { ...methods, who: { authorize: { policy } } } });
  const client = await RawClient.connect(url, bearer(testToken({})));
  client.send(call('Who'));
  expect(await client.next()).toBe(unauthorized('who'));
  expect(logger.lines.at(-1)).toMatch(
    /^error The policy of GuardedHub\.who failed. The call was refused\. Error: policy broke/,
  );
  client.close();
});

test('invalid rules throw at startup', async () => {
  const signalr = new SignalRServer();
  const map = (options: unknown) => () =>
    signalr.mapHub('/hub', GuardedHub, options as MapHubOptions<GuardedHub>);
  expect(map({ methods, authorize: true })).toThrow('Add authentication');
  expect(map({ methods: { who: { authorize: true } } })).toThrow('Add authentication');
  for (const rule of [
    false,
    {},
    null,
    'admin',
    { role: 'admin' },
    { roles: 'admin' },
    { roles: [1] },
    { policy: true },
  ]) {
    expect(map({ methods, authentication, authorize: rule })).toThrow(
      "'authorize' of the hub at '/hub' must be",
    );
    expect(map({ authentication, methods: { who: { authorize: rule } } })).toThrow(
      "'authorize' of who must be",
    );
  }
  expect(map({ methods, authentication: {} })).toThrow("'authentication' must be");
  expect(() =>
    // @ts-expect-error The hub has no method of this name.
    signalr.mapHub('/hub', GuardedHub, { methods: { whoo: { authorize: true } } }),
  ).toThrow();
  await signalr.close();
});

test('a hub can turn off the authentication of its server', async () => {
  server = await testServer(
    (signalr) => {
      signalr.mapHub('/guarded', GuardedHub, {
        methods,
        authorize: true,
      });
      signalr.mapHub('/open', GuardedHub, {
        methods,
        authentication: 'none',
      });
    },
    { authentication, logger },
  );
  await expect(RawClient.open(`${server.url}/guarded`)).rejects.toThrow('status 401');
  const client = await RawClient.connect(`${server.url}/open`, bearer(testToken({ sub: 'alice' })));
  client.send(call('Who'));
  expect(await client.next()).toBe('{"type":3,"invocationId":"1","result":null}');
  client.close();
});
