import assert from 'node:assert/strict';
import { JsonHubProtocol } from '@practical-signalr/protocol';
import { HubError } from '../hub-error.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';
import { LifetimeSuiteClient as Client } from './lifetime-suite-client.ts';
import type { ScaleOutHub } from '../scale-out/scale-out-hub.ts';

/**
 * Creates the lifetime manager of one more server on the same backplane. Without scale-out, always
 * return the same one.
 */
export type StartLifetimeManager = (hub: ScaleOutHub) => HubLifetimeManager;

/** A test case that every lifetime manager must pass, with any number of servers. */
export interface LifetimeCase {
  readonly name: string;
  readonly run: (start: StartLifetimeManager) => Promise<void>;
}

const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Returns the hub of the test cases. */
export const suiteHub = (protocol = new JsonHubProtocol()): ScaleOutHub => ({
  hubName: 'SuiteHub',
  protocols: [protocol],
  logger,
  accept: () => undefined,
});

let markerCount = 0;

/** Sends a marker to all clients and returns what each client received before it. */
async function receivedBy(
  server: HubLifetimeManager,
  clients: readonly Client[],
): Promise<unknown[][]> {
  markerCount++;
  const marker = `marker-${markerCount}`;
  await server.sendAll(marker, []);
  return Promise.all(clients.map((client) => client.until(marker)));
}

/** How long a server may need until it reaches the backplane, in ms. */
const START_LIMIT = 60_000;

/** Waits until servers reach the backplane, which may take longer than their first connection. */
async function waitUntilHealthy(servers: readonly HubLifetimeManager[]): Promise<void> {
  const startedAt = performance.now();
  const isHealthy = (server: HubLifetimeManager): boolean =>
    (server.health?.().status ?? 'Healthy') === 'Healthy';
  while (!servers.every(isHealthy)) {
    const hasTimedOut = performance.now() - startedAt > START_LIMIT;
    assert.ok(!hasTimedOut, `health() has not reported Healthy within ${START_LIMIT} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface TwoServers {
  readonly a: HubLifetimeManager;
  readonly b: HubLifetimeManager;
  /** One client on each server. */
  readonly ann: Client;
  readonly bob: Client;
}

const withTwoServers =
  (run: (servers: TwoServers) => Promise<void>) =>
  async (start: StartLifetimeManager): Promise<void> => {
    const a = start(suiteHub());
    const b = start(suiteHub());
    const ann = new Client('ann');
    const bob = new Client('bob');
    await a.onConnected(ann);
    await b.onConnected(bob);
    try {
      await waitUntilHealthy([a, b]);
      await run({ a, b, ann, bob });
    } finally {
      await a.close?.();
      await b.close?.();
    }
  };

const cases: Record<string, (start: StartLifetimeManager) => Promise<void>> = {
  'sendAll reaches each client once': withTwoServers(async ({ a, ann, bob }) => {
    await a.sendAll('m', [1]);
    assert.deepEqual(await receivedBy(a, [ann, bob]), [[1], [1]]);
  }),
  'sendAllExcept leaves out the excluded connections': withTwoServers(async ({ a, ann, bob }) => {
    await a.sendAllExcept('m', [1], [bob.connectionId]);
    await a.sendAllExcept('m', [2], [ann.connectionId, 'nobody']);
    await a.sendAllExcept('m', [3], []);
    assert.deepEqual(await receivedBy(a, [ann, bob]), [
      [1, 3],
      [2, 3],
    ]);
  }),
  'sendConnection reaches a connection of any server and ignores unknown ids': withTwoServers(
    async ({ a, ann, bob }) => {
      await a.sendConnection(ann.connectionId, 'm', ['here']);
      await a.sendConnection(bob.connectionId, 'm', ['there']);
      await a.sendConnection('nobody', 'm', ['nowhere']);
      assert.deepEqual(await receivedBy(a, [ann, bob]), [['here'], ['there']]);
    },
  ),
  'sendConnections reaches each connection once': withTwoServers(async ({ a, ann, bob }) => {
    await a.sendConnections(
      [ann.connectionId, bob.connectionId, 'nobody', bob.connectionId],
      'm',
      [1],
    );
    await a.sendConnections([], 'm', [2]);
    assert.deepEqual(await receivedBy(a, [ann, bob]), [[1], [1]]);
  }),
  'sendGroup reaches only members; group names are case-sensitive and may have any characters':
    withTwoServers(async ({ a, b, ann, bob }) => {
      await a.addToGroup(ann.connectionId, 'Raum: é 日');
      await b.addToGroup(bob.connectionId, 'raum: é 日');
      await a.sendGroup('Raum: é 日', 'm', [1]);
      await a.sendGroup('raum: é 日', 'm', [2]);
      await a.sendGroup('empty', 'm', [3]);
      assert.deepEqual(await receivedBy(a, [ann, bob]), [[1], [2]]);
    }),
  'sendGroupExcept leaves out the excluded members': withTwoServers(async ({ a, b, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'g');
    await b.addToGroup(bob.connectionId, 'g');
    await b.sendGroupExcept('g', 'm', [1], [ann.connectionId]);
    assert.deepEqual(await receivedBy(b, [ann, bob]), [[], [1]]);
  }),
  'sendGroups reaches a member of two groups twice': withTwoServers(async ({ a, b, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'one');
    await a.addToGroup(ann.connectionId, 'two');
    await b.addToGroup(bob.connectionId, 'two');
    await a.sendGroups(['one', 'two', 'three'], 'm', [1]);
    await a.sendGroups([], 'm', [2]);
    assert.deepEqual(await receivedBy(a, [ann, bob]), [[1, 1], [1]]);
  }),
  'joining a group twice counts once, and leaving a group without being a member does nothing':
    withTwoServers(async ({ a, ann }) => {
      await a.addToGroup(ann.connectionId, 'g');
      await a.addToGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [1]);
      assert.deepEqual(await receivedBy(a, [ann]), [[1]]); // leaving does not wait for messages that are on their way
      await a.removeFromGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [2]);
      assert.deepEqual(await receivedBy(a, [ann]), [[]]);
      await a.removeFromGroup(ann.connectionId, 'g');
      await a.removeFromGroup(ann.connectionId, 'never');
      await a.addToGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [3]);
      assert.deepEqual(await receivedBy(a, [ann]), [[3]]);
    }),
  'the last of several concurrent joins and leaves wins': withTwoServers(
    async ({ a, ann, bob }) => {
      const id = ann.connectionId;
      await Promise.all([a.addToGroup(id, 'g'), a.removeFromGroup(id, 'g'), a.addToGroup(id, 'g')]);
      await Promise.all([a.addToGroup(id, 'h'), a.removeFromGroup(id, 'h')]);
      await a.sendGroup('g', 'm', ['in']);
      await a.sendGroup('h', 'm', ['out']);
      assert.deepEqual(await receivedBy(a, [ann, bob]), [['in'], []]);
    },
  ),
  'a server can change the groups of a connection of another server': withTwoServers(
    async ({ a, b, bob }) => {
      await a.addToGroup(bob.connectionId, 'g');
      await a.sendGroup('g', 'm', [1]);
      assert.deepEqual(await receivedBy(a, [bob]), [[1]]);
      await a.removeFromGroup(bob.connectionId, 'g');
      await b.sendGroup('g', 'm', [2]);
      assert.deepEqual(await receivedBy(b, [bob]), [[]]);
    },
  ),
  'sendUser and sendUsers reach all connections of a user once': withTwoServers(
    async ({ a, b, ann, bob }) => {
      const second = new Client('ann');
      await b.onConnected(second);
      await a.sendUser('ann', 'm', [1]);
      await a.sendUsers(['ann', 'bob', 'ann', 'nobody'], 'm', [2]);
      await a.sendUsers([], 'm', [3]);
      assert.deepEqual(await receivedBy(a, [ann, second, bob]), [[1, 2], [1, 2], [2]]);
      await b.onDisconnected(second);
      await b.sendUser('ann', 'm', [4]);
      assert.deepEqual(await receivedBy(b, [ann]), [[4]]);
    },
  ),
  'a closed connection receives nothing': withTwoServers(async ({ a, b, ann, bob }) => {
    const closed = new Client('ann');
    await a.onConnected(closed);
    await a.addToGroup(closed.connectionId, 'g');
    await b.addToGroup(bob.connectionId, 'g');
    await a.onDisconnected(closed);
    await a.sendAll('m', [1]);
    await b.sendGroup('g', 'm', [2]);
    await b.sendUser('ann', 'm', [3]);
    await b.sendConnection(closed.connectionId, 'm', [4]);
    assert.deepEqual(
      (await receivedBy(b, [ann, bob])).map((calls) => calls.sort((x, y) => Number(x) - Number(y))),
      [
        [1, 3],
        [1, 2],
      ],
    );
    await a.onConnected(closed);
    assert.deepEqual(
      await receivedBy(a, [closed]),
      [[]],
      'nothing is delivered while it is closed',
    );
  }),
  'a connection that is added again is in no group': withTwoServers(async ({ a, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'g');
    await a.onDisconnected(ann);
    await a.onConnected(ann);
    await a.sendGroup('g', 'm', [1]);
    assert.deepEqual(await receivedBy(a, [ann, bob]), [[], []]);
  }),
  'a client of any server returns a result, which may be null': withTwoServers(
    async ({ a, b, ann, bob }) => {
      for (const [server, client] of [
        [a, ann],
        [b, bob],
      ] as const) {
        for (const value of ['Ada', null, { deep: [1, 'ß'] }]) {
          const result = a.invokeConnection(client.connectionId, 'Ask', ['name']);
          const invocation = await client.next();
          assert.deepEqual([invocation.target, invocation.arguments], ['Ask', ['name']]);
          server.setConnectionResult(client.connectionId, client.createResult(invocation, value));
          assert.deepEqual(await result, value);
        }
      }
    },
  ),
  'the error of a client reaches the caller': withTwoServers(async ({ a, b, ann, bob }) => {
    for (const [server, client] of [
      [a, ann],
      [b, bob],
    ] as const) {
      const rejected = assert.rejects(
        a.invokeConnection(client.connectionId, 'Ask', []),
        /not telling/,
      );
      server.setConnectionResult(
        client.connectionId,
        client.createError(await client.next(), 'not telling'),
      );
      await rejected;
    }
  }),
  'invoking a client that does not exist fails': withTwoServers(async ({ a }) => {
    await assert.rejects(a.invokeConnection('nobody', 'Ask', []), (error) => {
      assert.ok(error instanceof HubError);
      assert.match(error.message, /'nobody' does not exist/);
      return true;
    });
  }),
  'an invocation fails when its client disconnects': withTwoServers(async ({ a, b, bob }) => {
    const result = a.invokeConnection(bob.connectionId, 'Ask', []);
    const rejected = assert.rejects(result, /disconnected/);
    await bob.next();
    await b.onDisconnected(bob);
    await rejected;
  }),
  'invocations of a client that closes fail before its hooks have ended': withTwoServers(
    async ({ a, b, bob }) => {
      const invoke = (): Promise<unknown> => a.invokeConnection(bob.connectionId, 'Ask', []);
      const rejected = assert.rejects(invoke(), /disconnected/);
      await bob.next();
      bob.isClosing = true;
      b.onClosing?.(bob);
      await Promise.all([rejected, assert.rejects(invoke(), /disconnected|does not exist/)]);
    },
  ),
  'an aborted signal ends the invocation, and a late result is ignored': withTwoServers(
    async ({ a, b, bob }) => {
      const abort = new AbortController();
      const result = a.invokeConnection(bob.connectionId, 'Ask', [], abort.signal);
      const rejected = assert.rejects(result, /canceled/);
      const invocation = await bob.next();
      abort.abort();
      await rejected;
      b.setConnectionResult(bob.connectionId, bob.createResult(invocation, 'late'));
      assert.deepEqual(await receivedBy(b, [bob]), [[]]);
    },
  ),
  'only the invoked client can return a result, and results without an invocation are ignored':
    withTwoServers(async ({ a, b, bob }) => {
      const impostor = new Client('impostor');
      await b.onConnected(impostor);
      const result = a.invokeConnection(bob.connectionId, 'Ask', []);
      const invocation = await bob.next();
      assert.throws(
        () =>
          b.setConnectionResult(impostor.connectionId, impostor.createResult(invocation, 'false')),
        /another client/,
      );
      b.setConnectionResult(
        bob.connectionId,
        bob.createResult({ ...invocation, invocationId: 'unknown' }, 'nothing'),
      );
      b.setConnectionResult(bob.connectionId, bob.createResult(invocation, 'truth'));
      assert.equal(await result, 'truth');
    }),
  'many invocations can be pending': withTwoServers(async ({ a, b, bob }) => {
    const results = Array.from({ length: 50 }, (_, i) =>
      a.invokeConnection(bob.connectionId, 'Ask', [i]),
    );
    for (let i = 0; i < 50; i++) {
      const invocation = await bob.next();
      b.setConnectionResult(
        bob.connectionId,
        bob.createResult(invocation, invocation.arguments[0]),
      );
    }
    assert.deepEqual(await Promise.all(results), [...results.keys()]);
  }),
  'messages to each target keep their order': withTwoServers(async ({ a, b, ann, bob }) => {
    await b.addToGroup(bob.connectionId, 'g');
    for (let i = 0; i < 300; i++) {
      await a.sendAll('m', [`all ${i}`]);
      await a.sendGroup('g', 'm', [`group ${i}`]);
    }
    const [, bobReceived = []] = await receivedBy(a, [ann, bob]);
    for (const target of ['all', 'group']) {
      const received = bobReceived.filter((text) => String(text).startsWith(target));
      assert.deepEqual(
        received,
        Array.from({ length: 300 }, (_, i) => `${target} ${i}`),
      );
    }
  }),
  'four servers with 25 clients each: each client receives each message once': async (start) => {
    const servers = Array.from({ length: 4 }, () => start(suiteHub()));
    const clients: Client[] = [];
    for (const server of servers) {
      for (let i = 0; i < 25; i++) {
        const client = new Client(`user-${i}`);
        clients.push(client);
        await server.onConnected(client);
        if (i === 0) await server.addToGroup(client.connectionId, 'firsts');
      }
    }
    await waitUntilHealthy(servers);
    const [server] = servers as [HubLifetimeManager];
    await server.sendAll('m', ['all']);
    await server.sendGroup('firsts', 'm', ['group']);
    await server.sendUser('user-24', 'm', ['user']);
    const received = (await receivedBy(server, clients)).map((calls) => calls.join());
    const expected = (i: number): string => {
      if (i === 0) return 'all,group';
      return i === 24 ? 'all,user' : 'all';
    };
    assert.deepEqual(
      received,
      clients.map((_, i) => expected(i % 25)),
    );
    for (const each of servers) await each.close?.();
  },
  'arguments that cannot be serialized fail only their own send': withTwoServers(
    async ({ a, bob }) => {
      const circular: unknown[] = [];
      circular.push(circular);
      await assert.rejects(async () => a.sendAll('m', [circular]));
      await assert.rejects(async () => a.invokeConnection(bob.connectionId, 'Ask', [circular]));
      await a.sendAll('m', [1]);
      assert.deepEqual((await receivedBy(a, [bob]))[0], [1]);
    },
  ),
  'a message is encoded once for any number of receivers': async (start) => {
    const protocol = new JsonHubProtocol();
    let encodeCount = 0;
    protocol.writeMessage = (message) => {
      encodeCount++;
      return JsonHubProtocol.prototype.writeMessage.call(protocol, message);
    };
    const server = start(suiteHub(protocol));
    const clients = Array.from({ length: 20 }, () => new Client());
    for (const client of clients) {
      Object.assign(client, { protocol });
      await server.onConnected(client);
    }
    await server.sendAll('m', [1]);
    await Promise.all(clients.map((client) => client.next()));
    assert.equal(encodeCount, 1);
    await server.close?.();
  },
};

/**
 * The test cases that every lifetime manager must pass. Run them to test your own scale-out. They
 * need no test framework: each rejects with an `AssertionError` if it fails.
 * @example
 * import { lifetimeCases } from '@practical-signalr/server/lifetime-suite';
 * test.each(lifetimeCases)('$name', ({ run }) => run((hub) => new MyLifetimeManager(hub)));
 */
export const lifetimeCases: readonly LifetimeCase[] = Object.entries(cases).map(([name, run]) => ({
  name,
  run,
}));
