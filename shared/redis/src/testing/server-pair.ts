import assert from 'node:assert/strict';
import type {
  HubLifetimeManager,
  HubLifetimeManagerFactory,
} from '@practical-signalr/server/scale-out';
import { LifetimeSuiteClient } from '@practical-signalr/server/lifetime-suite';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from './logged-hub.ts';

/** A server with one client. */
export class TestServer {
  readonly log: LoggedHub;
  readonly client: LifetimeSuiteClient;
  readonly manager: HubLifetimeManager;

  constructor(user: string, options: RedisOptions | HubLifetimeManagerFactory, hubName?: string) {
    this.log = new LoggedHub(hubName);
    this.client = new LifetimeSuiteClient(user);
    const create =
      typeof options === 'function' ? options : redis({ ackTimeout: 5000, ...options });
    this.manager = create(this.log.hub);
  }

  get data(): Readonly<Record<string, number | string>> {
    return this.manager.health?.().data ?? {};
  }

  async connect(): Promise<void> {
    await this.manager.onConnected(this.client);
  }

  /**
   * Waits until the server reaches the others again. `since` is the number of log lines to skip.
   */
  reconnected(since: number): Promise<string> {
    return this.log.logged(/over Redis again/, since);
  }

  async close(): Promise<void> {
    await this.manager.close?.();
  }
}

/** Starts two servers that reach each other, with one client each. Bob's client is in group g. */
export async function startPair(options: RedisOptions): Promise<[TestServer, TestServer]> {
  const [a, b] = [new TestServer('ann', options), new TestServer('bob', options)];
  await a.connect();
  await b.connect();
  // If Redis responds slowly, a server starts without it.
  await Promise.all([a.log.logged(/over Redis/), b.log.logged(/over Redis/)]);
  await b.manager.addToGroup(b.client.connectionId, 'g');
  return [a, b];
}

/**
 * Asserts that each kind of send reaches the other server, in both directions.
 * It waits for each message, because channels of different shards have no common order.
 */
export async function expectFullDelivery(a: TestServer, b: TestServer): Promise<void> {
  await a.manager.sendAll('fence', []); // Skips earlier messages.
  await Promise.all([a.client.until('fence'), b.client.until('fence')]);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const id = to.client.connectionId;
    const expectArrival = async (sent: Promise<void>, text: string): Promise<void> => {
      await sent;
      assert.deepEqual((await to.client.next()).arguments, [text]);
    };
    await expectArrival(from.manager.sendAll('m', ['all']), 'all');
    assert.deepEqual((await from.client.next()).arguments, ['all']);
    await expectArrival(
      from.manager.sendUser(String(to.client.userIdentifier), 'm', ['user']),
      'user',
    );
    await expectArrival(from.manager.sendConnection(id, 'm', ['connection']), 'connection');
    await from.manager.addToGroup(id, 'remote');
    await expectArrival(from.manager.sendGroup('remote', 'm', ['group']), 'group');
    await from.manager.removeFromGroup(id, 'remote');
    const result = from.manager.invokeConnection(id, 'Ask', []);
    to.manager.setConnectionResult(id, to.client.createResult(await to.client.next(), 42));
    assert.equal(await result, 42);
  }
  await a.manager.sendGroup('g', 'm', ['earlier group']);
  assert.deepEqual((await b.client.next()).arguments, ['earlier group']);
}
