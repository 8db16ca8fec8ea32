import assert from 'node:assert/strict';
import type { HubLifetimeManager } from '@practical-signalr/server/scale-out';
import { LifetimeSuiteClient } from '@practical-signalr/server/testing';
import type { RedisOptions } from '../redis-options.ts';
import { redis } from '../redis.ts';
import { LoggedHub } from './logged-hub.ts';

/** A server with one client. */
export class TestServer {
  readonly log: LoggedHub;
  readonly client: LifetimeSuiteClient;
  readonly manager: HubLifetimeManager;

  constructor(user: string, options: RedisOptions, hubName?: string) {
    this.log = new LoggedHub(hubName);
    this.client = new LifetimeSuiteClient(user);
    this.manager = redis({ ackTimeout: 5000, ...options })(this.log.hub);
  }

  get data(): Readonly<Record<string, number | string>> {
    return this.manager.health?.().data ?? {};
  }

  async connect(): Promise<void> {
    await this.manager.onConnected(this.client);
  }

  /** Resolves when it reaches the others again; `since` is a count of log lines. */
  back(since: number): Promise<string> {
    return this.log.logged(/over Redis again/, since);
  }

  async close(): Promise<void> {
    await this.manager.close?.();
  }
}

/** Two servers that reach each other, with one client each; bob's is in a group. */
export async function startPair(options: RedisOptions): Promise<[TestServer, TestServer]> {
  const [a, b] = [new TestServer('ann', options), new TestServer('bob', options)];
  await a.connect();
  await b.connect();
  // Where Redis takes long to answer, a server begins without it.
  await Promise.all([a.log.logged(/over Redis/), b.log.logged(/over Redis/)]);
  await b.manager.addToGroup(b.client.connectionId, 'g');
  return [a, b];
}

/** Everything that can be sent goes both ways. Each is waited for: channels of different shards have no common order. */
export async function allWorks(a: TestServer, b: TestServer): Promise<void> {
  await a.manager.sendAll('fence', []); // what came before
  await Promise.all([a.client.until('fence'), b.client.until('fence')]);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const id = to.client.connectionId;
    const arrives = async (sent: Promise<void>, text: string): Promise<void> => {
      await sent;
      assert.deepEqual((await to.client.next()).arguments, [text]);
    };
    await arrives(from.manager.sendAll('m', ['all']), 'all');
    assert.deepEqual((await from.client.next()).arguments, ['all']);
    await arrives(from.manager.sendUser(String(to.client.userIdentifier), 'm', ['user']), 'user');
    await arrives(from.manager.sendConnection(id, 'm', ['connection']), 'connection');
    await from.manager.addToGroup(id, 'remote');
    await arrives(from.manager.sendGroup('remote', 'm', ['group']), 'group');
    await from.manager.removeFromGroup(id, 'remote');
    const answer = from.manager.invokeConnection(id, 'Ask', []);
    to.manager.setConnectionResult(id, to.client.answer(await to.client.next(), 42));
    assert.equal(await answer, 42);
  }
  await a.manager.sendGroup('g', 'm', ['of old']);
  assert.deepEqual((await b.client.next()).arguments, ['of old']);
}
