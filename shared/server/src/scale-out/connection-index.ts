import type { HubProtocol } from '@practical-signalr/protocol';
import type { LifetimeConnection } from './lifetime-connection.ts';
import type { SharedMessage } from './shared-message.ts';

/** Connections by their id. */
export type Receivers = ReadonlyMap<string, LifetimeConnection>;

type Index = Map<string, Map<string, LifetimeConnection>>;

/**
 * The connections of this process by id, group and user. Reports the first and the last connection
 * of a group or user, so that a backplane knows when to subscribe and unsubscribe.
 * @example
 * const isFirst = index.join(connection, 'news');
 * if (isFirst) await subscribe('news');
 */
export class ConnectionIndex {
  readonly #connections = new Map<string, LifetimeConnection>();
  readonly #groups: Index = new Map();
  readonly #users: Index = new Map();
  /** The groups of each connection, so that removing a connection does not search all groups. */
  readonly #memberships = new Map<string, Set<string>>();

  /** All connections by id. */
  get all(): Receivers {
    return this.#connections;
  }

  get(connectionId: string): LifetimeConnection | undefined {
    return this.#connections.get(connectionId);
  }

  /** Returns the members of a group, or undefined if it has none in this process. */
  group(name: string): Receivers | undefined {
    return this.#groups.get(name);
  }

  /** Returns the connections of a user, or undefined if there are none in this process. */
  user(userId: string): Receivers | undefined {
    return this.#users.get(userId);
  }

  /** The names of the groups that have a member in this process. */
  get groupNames(): IterableIterator<string> {
    return this.#groups.keys();
  }

  /** Returns the groups of a connection, or undefined if it has none. */
  groupsOf(connectionId: string): ReadonlySet<string> | undefined {
    return this.#memberships.get(connectionId);
  }

  /** Adds a connection. Returns true if it is the first connection of its user. */
  add(connection: LifetimeConnection): boolean {
    this.#connections.set(connection.connectionId, connection);
    return (
      connection.userIdentifier !== undefined &&
      insert(this.#users, connection.userIdentifier, connection)
    );
  }

  /**
   * Removes a connection, also from its groups. Returns the groups that have no member left
   * (`groups`), and whether its user has no connection left (`user`).
   */
  remove(connection: LifetimeConnection): {
    readonly groups: readonly string[];
    readonly user: boolean;
  } {
    const id = connection.connectionId;
    this.#connections.delete(id);
    const user =
      connection.userIdentifier !== undefined && erase(this.#users, connection.userIdentifier, id);
    const groups = [...(this.#memberships.get(id) ?? [])].filter((group) =>
      erase(this.#groups, group, id),
    );
    this.#memberships.delete(id);
    return { groups, user };
  }

  /** Adds a connection to a group. Returns true if it is the first member. */
  join(connection: LifetimeConnection, group: string): boolean {
    const memberships = this.#memberships.get(connection.connectionId);
    if (memberships === undefined) this.#memberships.set(connection.connectionId, new Set([group]));
    else memberships.add(group);
    return insert(this.#groups, group, connection);
  }

  /** Removes a connection from a group. Returns true if it was the last member. */
  leave(connectionId: string, group: string): boolean {
    const memberships = this.#memberships.get(connectionId);
    if (memberships?.delete(group) === true && memberships.size === 0)
      this.#memberships.delete(connectionId);
    return erase(this.#groups, group, connectionId);
  }
}

/**
 * Encodes a message in the hub protocols of its receivers. Throws the errors of the payload
 * serializers, so that a message that one of the protocols cannot encode reaches nobody.
 */
export function encodeFor(
  receivers: Receivers | undefined,
  message: SharedMessage,
  excludedIds?: ReadonlySet<string>,
): void {
  if (receivers === undefined) return;
  let encoded: HubProtocol | undefined;
  for (const { connectionId, protocol } of receivers.values()) {
    if (protocol === undefined || protocol === encoded) continue;
    if (excludedIds?.has(connectionId) === true) continue;
    message.encoded(protocol);
    encoded = protocol;
  }
}

/**
 * Sends one message to all receivers except the excluded connection ids. Returns undefined if all
 * have room for more, otherwise a promise that resolves when they have. `variantFor` returns the
 * message for the receivers that need another one.
 */
export function deliver(
  receivers: Receivers | undefined,
  message: SharedMessage,
  excluded?: readonly string[],
  variantFor?: (connectionId: string) => SharedMessage | undefined,
): Promise<void> | undefined {
  if (receivers === undefined) return undefined;
  let waits: Promise<void>[] | undefined;
  const excludedIds =
    excluded === undefined || excluded.length === 0 ? undefined : new Set(excluded);
  encodeFor(receivers, message, excludedIds);
  for (const connection of receivers.values()) {
    if (excludedIds?.has(connection.connectionId) === true) continue;
    const wait = connection.write(variantFor?.(connection.connectionId) ?? message);
    // Many connections return the same promise, because they wait for the same event loop turn.
    if (wait !== undefined && waits?.at(-1) !== wait) (waits ??= []).push(wait);
  }
  return waits === undefined ? undefined : allOf(waits);
}

/** Resolves when all sends have resolved. */
export const allOf = (sends: readonly Promise<void>[]): Promise<void> =>
  sends.length === 1 ? (sends[0] as Promise<void>) : Promise.all(sends).then(() => undefined);

function insert(index: Index, key: string, connection: LifetimeConnection): boolean {
  const members = index.get(key);
  if (members === undefined) index.set(key, new Map([[connection.connectionId, connection]]));
  else members.set(connection.connectionId, connection);
  return members === undefined;
}

function erase(index: Index, key: string, connectionId: string): boolean {
  const members = index.get(key);
  if (members?.delete(connectionId) !== true || members.size > 0) return false;
  return index.delete(key);
}
