import assert from 'node:assert/strict';
import { JsonHubProtocol } from '@practical-signalr/protocol';
import type { HubLifetimeManager } from './hub-lifetime-manager.ts';
import { LifetimeSuiteClient as Client } from './lifetime-suite-client.ts';
import type { ScaleOutHub } from './scale-out-hub.ts';

/** Makes the manager of one more server on the same backplane; without scale-out always the same one. */
export type StartLifetimeManager = (hub: ScaleOutHub) => HubLifetimeManager;

/** One thing that every lifetime manager does, on however many servers. */
export interface LifetimeCase {
  readonly name: string;
  readonly run: (start: StartLifetimeManager) => Promise<void>;
}

const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What a manager of the suite gets to know of its hub. */
export const suiteHub = (protocol = new JsonHubProtocol()): ScaleOutHub => ({
  hubName: 'SuiteHub',
  protocols: [protocol],
  logger,
  accept: () => undefined,
});

let fences = 0;

/** All that the clients have got before a call to all that is sent now. */
async function received(
  server: HubLifetimeManager,
  clients: readonly Client[],
): Promise<unknown[][]> {
  const fence = `fence-${++fences}`;
  await server.sendAll(fence, []);
  return Promise.all(clients.map((client) => client.until(fence)));
}

interface Scene {
  readonly a: HubLifetimeManager;
  readonly b: HubLifetimeManager;
  /** One client on each server. */
  readonly ann: Client;
  readonly bob: Client;
}

const scene =
  (play: (scene: Scene) => Promise<void>) =>
  async (start: StartLifetimeManager): Promise<void> => {
    const [a, b] = [start(suiteHub()), start(suiteHub())];
    const [ann, bob] = [new Client('ann'), new Client('bob')];
    await a.onConnected(ann);
    await b.onConnected(bob);
    try {
      await play({ a, b, ann, bob });
    } finally {
      await a.close?.();
      await b.close?.();
    }
  };

const cases: Record<string, (start: StartLifetimeManager) => Promise<void>> = {
  'all reaches everyone once': scene(async ({ a, ann, bob }) => {
    await a.sendAll('m', [1]);
    assert.deepEqual(await received(a, [ann, bob]), [[1], [1]]);
  }),
  'all but some': scene(async ({ a, ann, bob }) => {
    await a.sendAllExcept('m', [1], [bob.connectionId]);
    await a.sendAllExcept('m', [2], [ann.connectionId, 'nobody']);
    await a.sendAllExcept('m', [3], []);
    assert.deepEqual(await received(a, [ann, bob]), [
      [1, 3],
      [2, 3],
    ]);
  }),
  'one connection, here or elsewhere; one that does not exist is no error': scene(
    async ({ a, ann, bob }) => {
      await a.sendConnection(ann.connectionId, 'm', ['here']);
      await a.sendConnection(bob.connectionId, 'm', ['there']);
      await a.sendConnection('nobody', 'm', ['nowhere']);
      assert.deepEqual(await received(a, [ann, bob]), [['here'], ['there']]);
    },
  ),
  'several connections': scene(async ({ a, ann, bob }) => {
    await a.sendConnections(
      [ann.connectionId, bob.connectionId, 'nobody', bob.connectionId],
      'm',
      [1],
    );
    await a.sendConnections([], 'm', [2]);
    assert.deepEqual(await received(a, [ann, bob]), [[1], [1]]);
  }),
  'a group reaches its members only; names are case-sensitive and may be anything': scene(
    async ({ a, b, ann, bob }) => {
      await a.addToGroup(ann.connectionId, 'Raum: é 日');
      await b.addToGroup(bob.connectionId, 'raum: é 日');
      await a.sendGroup('Raum: é 日', 'm', [1]);
      await a.sendGroup('raum: é 日', 'm', [2]);
      await a.sendGroup('empty', 'm', [3]);
      assert.deepEqual(await received(a, [ann, bob]), [[1], [2]]);
    },
  ),
  'a group but some of its members': scene(async ({ a, b, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'g');
    await b.addToGroup(bob.connectionId, 'g');
    await b.sendGroupExcept('g', 'm', [1], [ann.connectionId]);
    assert.deepEqual(await received(b, [ann, bob]), [[], [1]]);
  }),
  'several groups: a member of two gets it twice': scene(async ({ a, b, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'one');
    await a.addToGroup(ann.connectionId, 'two');
    await b.addToGroup(bob.connectionId, 'two');
    await a.sendGroups(['one', 'two', 'three'], 'm', [1]);
    await a.sendGroups([], 'm', [2]);
    assert.deepEqual(await received(a, [ann, bob]), [[1, 1], [1]]);
  }),
  'joining twice is joining once; leaving ends it; leaving what was never joined is no error':
    scene(async ({ a, ann }) => {
      await a.addToGroup(ann.connectionId, 'g');
      await a.addToGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [1]);
      assert.deepEqual(await received(a, [ann]), [[1]]); // leaving does not wait for what is on its way
      await a.removeFromGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [2]);
      assert.deepEqual(await received(a, [ann]), [[]]);
      await a.removeFromGroup(ann.connectionId, 'g');
      await a.removeFromGroup(ann.connectionId, 'never');
      await a.addToGroup(ann.connectionId, 'g');
      await a.sendGroup('g', 'm', [3]);
      assert.deepEqual(await received(a, [ann]), [[3]]);
    }),
  'joining and leaving without waiting ends as the last call says': scene(
    async ({ a, ann, bob }) => {
      const id = ann.connectionId;
      await Promise.all([a.addToGroup(id, 'g'), a.removeFromGroup(id, 'g'), a.addToGroup(id, 'g')]);
      await Promise.all([a.addToGroup(id, 'h'), a.removeFromGroup(id, 'h')]);
      await a.sendGroup('g', 'm', ['in']);
      await a.sendGroup('h', 'm', ['out']);
      assert.deepEqual(await received(a, [ann, bob]), [['in'], []]);
    },
  ),
  'a server changes the groups of a connection elsewhere; once it returns, sends arrive': scene(
    async ({ a, b, bob }) => {
      await a.addToGroup(bob.connectionId, 'g');
      await a.sendGroup('g', 'm', [1]);
      assert.deepEqual(await received(a, [bob]), [[1]]);
      await a.removeFromGroup(bob.connectionId, 'g');
      await b.sendGroup('g', 'm', [2]);
      assert.deepEqual(await received(b, [bob]), [[]]);
    },
  ),
  'a user on several servers, and users; one named twice gets it once': scene(
    async ({ a, b, ann, bob }) => {
      const second = new Client('ann');
      await b.onConnected(second);
      await a.sendUser('ann', 'm', [1]);
      await a.sendUsers(['ann', 'bob', 'ann', 'nobody'], 'm', [2]);
      await a.sendUsers([], 'm', [3]);
      assert.deepEqual(await received(a, [ann, second, bob]), [[1, 2], [1, 2], [2]]);
      await b.onDisconnected(second);
      await b.sendUser('ann', 'm', [4]);
      assert.deepEqual(await received(b, [ann]), [[4]]);
    },
  ),
  'a connection that ends is out of everything': scene(async ({ a, b, ann, bob }) => {
    const gone = new Client('ann');
    await a.onConnected(gone);
    await a.addToGroup(gone.connectionId, 'g');
    await b.addToGroup(bob.connectionId, 'g');
    await a.onDisconnected(gone);
    await a.sendAll('m', [1]);
    await b.sendGroup('g', 'm', [2]);
    await b.sendUser('ann', 'm', [3]);
    await b.sendConnection(gone.connectionId, 'm', [4]);
    assert.deepEqual(
      (await received(b, [ann, bob])).map((calls) => calls.sort((x, y) => Number(x) - Number(y))),
      [
        [1, 3],
        [1, 2],
      ],
    );
    await a.onConnected(gone);
    assert.deepEqual(await received(a, [gone]), [[]], 'nothing came while it was away');
  }),
  'a connection that comes again is in no group': scene(async ({ a, ann, bob }) => {
    await a.addToGroup(ann.connectionId, 'g');
    await a.onDisconnected(ann);
    await a.onConnected(ann);
    await a.sendGroup('g', 'm', [1]);
    assert.deepEqual(await received(a, [ann, bob]), [[], []]);
  }),
  'a client answers, here or elsewhere; null is an answer': scene(async ({ a, b, ann, bob }) => {
    for (const [server, client] of [
      [a, ann],
      [b, bob],
    ] as const) {
      for (const result of ['Ada', null, { deep: [1, 'ß'] }]) {
        const answer = a.invokeConnection(client.connectionId, 'Ask', ['name']);
        const question = await client.next();
        assert.deepEqual([question.target, question.arguments], ['Ask', ['name']]);
        server.setConnectionResult(client.connectionId, client.answer(question, result));
        assert.deepEqual(await answer, result);
      }
    }
  }),
  'a client refuses: the caller gets its text': scene(async ({ a, b, ann, bob }) => {
    for (const [server, client] of [
      [a, ann],
      [b, bob],
    ] as const) {
      const refused = assert.rejects(
        a.invokeConnection(client.connectionId, 'Ask', []),
        /not telling/,
      );
      server.setConnectionResult(
        client.connectionId,
        client.refuse(await client.next(), 'not telling'),
      );
      await refused;
    }
  }),
  'asking who does not exist fails at once': scene(async ({ a }) => {
    await assert.rejects(a.invokeConnection('nobody', 'Ask', []), /'nobody' does not exist/);
  }),
  'a client that goes away ends the question': scene(async ({ a, b, bob }) => {
    const answer = a.invokeConnection(bob.connectionId, 'Ask', []);
    const rejected = assert.rejects(answer, /disconnected/);
    await bob.next();
    await b.onDisconnected(bob);
    await rejected;
  }),
  'a signal ends the waiting; a late answer harms nothing': scene(async ({ a, b, bob }) => {
    const abort = new AbortController();
    const answer = a.invokeConnection(bob.connectionId, 'Ask', [], abort.signal);
    const rejected = assert.rejects(answer, /canceled/);
    const question = await bob.next();
    abort.abort();
    await rejected;
    b.setConnectionResult(bob.connectionId, bob.answer(question, 'late'));
    assert.deepEqual(await received(b, [bob]), [[]]);
  }),
  'only the client that was asked can answer; an answer to no question is passed over': scene(
    async ({ a, b, bob }) => {
      const liar = new Client('liar');
      await b.onConnected(liar);
      const answer = a.invokeConnection(bob.connectionId, 'Ask', []);
      const question = await bob.next();
      assert.throws(
        () => b.setConnectionResult(liar.connectionId, liar.answer(question, 'lie')),
        /another client/,
      );
      b.setConnectionResult(
        bob.connectionId,
        bob.answer({ ...question, invocationId: 'unknown' }, 'nothing'),
      );
      b.setConnectionResult(bob.connectionId, bob.answer(question, 'truth'));
      assert.equal(await answer, 'truth');
    },
  ),
  'many questions at once': scene(async ({ a, b, bob }) => {
    const answers = Array.from({ length: 50 }, (_, i) =>
      a.invokeConnection(bob.connectionId, 'Ask', [i]),
    );
    for (let i = 0; i < 50; i++) {
      const question = await bob.next();
      b.setConnectionResult(bob.connectionId, bob.answer(question, question.arguments[0]));
    }
    assert.deepEqual(await Promise.all(answers), [...answers.keys()]);
  }),
  'order is kept for each target': scene(async ({ a, b, ann, bob }) => {
    await b.addToGroup(bob.connectionId, 'g');
    for (let i = 0; i < 300; i++) {
      await a.sendAll('m', [`all ${i}`]);
      await a.sendGroup('g', 'm', [`group ${i}`]);
    }
    const [, atBob = []] = await received(a, [ann, bob]);
    for (const target of ['all', 'group']) {
      const got = atBob.filter((text) => String(text).startsWith(target));
      assert.deepEqual(
        got,
        Array.from({ length: 300 }, (_, i) => `${target} ${i}`),
      );
    }
  }),
  'four servers with 25 clients each: everyone gets it once': async (start) => {
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
    const [server] = servers as [HubLifetimeManager];
    await server.sendAll('m', ['all']);
    await server.sendGroup('firsts', 'm', ['group']);
    await server.sendUser('user-24', 'm', ['user']);
    const got = (await received(server, clients)).map((calls) => calls.join());
    const expected = (i: number): string => (i === 0 ? 'all,group' : i === 24 ? 'all,user' : 'all');
    assert.deepEqual(
      got,
      clients.map((_, i) => expected(i % 25)),
    );
    for (const each of servers) await each.close?.();
  },
  'arguments that cannot be written fail the send and nothing else': scene(async ({ a, bob }) => {
    const circle: unknown[] = [];
    circle.push(circle);
    await assert.rejects(async () => a.sendAll('m', [circle]));
    await assert.rejects(async () => a.invokeConnection(bob.connectionId, 'Ask', [circle]));
    await a.sendAll('m', [1]);
    assert.deepEqual((await received(a, [bob]))[0], [1]);
  }),
  'a message is encoded once, whatever the number of receivers': async (start) => {
    const protocol = new JsonHubProtocol();
    let encoded = 0;
    protocol.writeMessage = (message) => {
      encoded++;
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
    assert.equal(encoded, 1);
    await server.close?.();
  },
};

/** What every lifetime manager does: the local one and those of scale-out run the same cases. */
export const lifetimeCases: readonly LifetimeCase[] = Object.entries(cases).map(([name, run]) => ({
  name,
  run,
}));
