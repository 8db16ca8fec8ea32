import type { LifetimeConnection } from './hub-lifetime-manager.ts';
import type { SharedMessage } from './shared-message.ts';

/** Connections by their id. */
export type Receivers = ReadonlyMap<string, LifetimeConnection>;

type Index = Map<string, Map<string, LifetimeConnection>>;

/** The connections of this process by id, group and user. Tells when a group or a user begins and ends here. */
export class ConnectionIndex {
  readonly #connections = new Map<string, LifetimeConnection>();
  readonly #groups: Index = new Map();
  readonly #users: Index = new Map();
  /** The groups of each connection, so that leaving costs nothing for those of others. */
  readonly #memberships = new Map<string, Set<string>>();

  get all(): Receivers {
    return this.#connections;
  }

  get(connectionId: string): LifetimeConnection | undefined {
    return this.#connections.get(connectionId);
  }

  group(name: string): Receivers | undefined {
    return this.#groups.get(name);
  }

  user(userId: string): Receivers | undefined {
    return this.#users.get(userId);
  }

  /** The names of the groups that have a member here. */
  get groupNames(): IterableIterator<string> {
    return this.#groups.keys();
  }

  /** The groups that a connection is in. */
  groupsOf(connectionId: string): ReadonlySet<string> | undefined {
    return this.#memberships.get(connectionId);
  }

  /** True for the first connection of its user. */
  add(connection: LifetimeConnection): boolean {
    this.#connections.set(connection.connectionId, connection);
    return (
      connection.userIdentifier !== undefined &&
      insert(this.#users, connection.userIdentifier, connection)
    );
  }

  /** Takes a connection out of everything; returns the groups that have no member left, and whether its user has none. */
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

  /** True for the first member of the group. */
  join(connection: LifetimeConnection, group: string): boolean {
    const memberships = this.#memberships.get(connection.connectionId);
    if (memberships === undefined) this.#memberships.set(connection.connectionId, new Set([group]));
    else memberships.add(group);
    return insert(this.#groups, group, connection);
  }

  /** True where the last member has left the group. */
  leave(connectionId: string, group: string): boolean {
    const memberships = this.#memberships.get(connectionId);
    if (memberships?.delete(group) === true && memberships.size === 0)
      this.#memberships.delete(connectionId);
    return erase(this.#groups, group, connectionId);
  }
}

/** Writes one message to all of them; undefined where all have room for more, else a promise for it. */
export function deliver(
  receivers: Receivers | undefined,
  message: SharedMessage,
  excluded?: readonly string[],
): Promise<void> | undefined {
  if (receivers === undefined) return undefined;
  let waits: Promise<void>[] | undefined;
  const without = excluded === undefined || excluded.length === 0 ? undefined : new Set(excluded);
  for (const connection of receivers.values()) {
    if (without?.has(connection.connectionId) === true) continue;
    const wait = connection.write(message);
    // Many connections wait for the same end of turn: one promise stands for all of them.
    if (wait !== undefined && waits?.at(-1) !== wait) (waits ??= []).push(wait);
  }
  return waits === undefined ? undefined : allOf(waits);
}

/** One promise for several, without an array of results. */
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
