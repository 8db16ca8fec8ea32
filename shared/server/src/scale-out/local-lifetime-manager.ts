import type { CompletionMessage } from '@practical-signalr/protocol';
import { errorTexts } from '../error-texts.ts';
import { ClientResultsManager, newInvocationId } from './client-results-manager.ts';
import type { HubLifetimeManager, LifetimeConnection } from './hub-lifetime-manager.ts';
import { SharedMessage } from './shared-message.ts';

const done = Promise.resolve();

/** Reaches the connections of this process. Source: `DefaultHubLifetimeManager<THub>` of ASP.NET Core. */
export class LocalLifetimeManager implements HubLifetimeManager {
  readonly #connections = new Map<string, LifetimeConnection>();
  readonly #groups = new Map<string, Map<string, LifetimeConnection>>();
  readonly #users = new Map<string, Map<string, LifetimeConnection>>();
  /** The groups of each connection, so that leaving costs nothing for those of others. */
  readonly #memberships = new Map<string, Set<string>>();
  readonly #results = new ClientResultsManager();

  onConnected(connection: LifetimeConnection): Promise<void> {
    this.#connections.set(connection.connectionId, connection);
    if (connection.userIdentifier !== undefined) add(this.#users, connection.userIdentifier, connection);
    return done;
  }

  onDisconnected(connection: LifetimeConnection): Promise<void> {
    const id = connection.connectionId;
    this.#connections.delete(id);
    if (connection.userIdentifier !== undefined) remove(this.#users, connection.userIdentifier, id);
    for (const group of this.#memberships.get(id) ?? []) remove(this.#groups, group, id);
    this.#memberships.delete(id);
    this.#results.connectionLost(id);
    return done;
  }

  sendAll(method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.#connections, new SharedMessage(method, args));
  }

  sendAllExcept(method: string, args: readonly unknown[], excludedIds: readonly string[]): Promise<void> {
    return sendTo(this.#connections, new SharedMessage(method, args), excludedIds);
  }

  sendConnection(connectionId: string, method: string, args: readonly unknown[]): Promise<void> {
    return this.#connections.get(connectionId)?.write(new SharedMessage(method, args)) ?? done;
  }

  sendConnections(connectionIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const receivers = new Map<string, LifetimeConnection>();
    for (const id of connectionIds) {
      const connection = this.#connections.get(id);
      if (connection !== undefined) receivers.set(id, connection);
    }
    return sendTo(receivers, new SharedMessage(method, args));
  }

  sendGroup(group: string, method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.#groups.get(group), new SharedMessage(method, args));
  }

  sendGroups(groups: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    // A member of two of the groups gets the message twice, as in ASP.NET Core.
    const message = new SharedMessage(method, args);
    return all(groups.map((group) => sendTo(this.#groups.get(group), message)));
  }

  sendGroupExcept(
    group: string,
    method: string,
    args: readonly unknown[],
    excludedIds: readonly string[],
  ): Promise<void> {
    return sendTo(this.#groups.get(group), new SharedMessage(method, args), excludedIds);
  }

  sendUser(userId: string, method: string, args: readonly unknown[]): Promise<void> {
    return sendTo(this.#users.get(userId), new SharedMessage(method, args));
  }

  sendUsers(userIds: readonly string[], method: string, args: readonly unknown[]): Promise<void> {
    const message = new SharedMessage(method, args);
    return all([...new Set(userIds)].map((user) => sendTo(this.#users.get(user), message)));
  }

  addToGroup(connectionId: string, group: string): Promise<void> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return done;
    add(this.#groups, group, connection);
    const memberships = this.#memberships.get(connectionId);
    if (memberships === undefined) this.#memberships.set(connectionId, new Set([group]));
    else memberships.add(group);
    return done;
  }

  removeFromGroup(connectionId: string, group: string): Promise<void> {
    remove(this.#groups, group, connectionId);
    const memberships = this.#memberships.get(connectionId);
    if (memberships?.delete(group) === true && memberships.size === 0) this.#memberships.delete(connectionId);
    return done;
  }

  invokeConnection(
    connectionId: string,
    method: string,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return Promise.reject(new Error(errorTexts.connectionDoesNotExist(connectionId)));
    const invocationId = newInvocationId();
    const result = this.#results.add(connectionId, invocationId, signal);
    try {
      if (signal?.aborted !== true) void connection.write(new SharedMessage(method, args, invocationId));
    } catch (error) {
      this.#results.fail(invocationId, error as Error); // arguments that cannot be written
    }
    return result;
  }

  setConnectionResult(connectionId: string, completion: CompletionMessage): void {
    this.#results.tryComplete(connectionId, completion);
  }
}

type Receivers = Map<string, LifetimeConnection>;

function sendTo(receivers: Receivers | undefined, message: SharedMessage, excluded?: readonly string[]): Promise<void> {
  if (receivers === undefined) return done;
  let waits: Promise<void>[] | undefined;
  const without = excluded === undefined ? undefined : new Set(excluded);
  for (const connection of receivers.values()) {
    if (without?.has(connection.connectionId) === true) continue;
    const wait = connection.write(message);
    // Many connections wait for the same end of turn: one promise stands for all of them.
    if (wait !== undefined && waits?.at(-1) !== wait) (waits ??= []).push(wait);
  }
  return waits === undefined ? done : all(waits);
}

const all = (sends: readonly Promise<void>[]): Promise<void> =>
  sends.length === 1 ? (sends[0] as Promise<void>) : Promise.all(sends).then(() => undefined);

function add(index: Map<string, Receivers>, key: string, connection: LifetimeConnection): void {
  const members = index.get(key);
  if (members === undefined) index.set(key, new Map([[connection.connectionId, connection]]));
  else members.set(connection.connectionId, connection);
}

function remove(index: Map<string, Receivers>, key: string, connectionId: string): void {
  const members = index.get(key);
  if (members?.delete(connectionId) === true && members.size === 0) index.delete(key);
}
