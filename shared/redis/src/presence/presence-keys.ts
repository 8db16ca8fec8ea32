import type { PresentConnection } from '@practical-signalr/server/scale-out';

/** The keys of one hub. Presence uses no other keys. */
export class PresenceKeys {
  /** A sorted set: server name → expiry of its lease, in ms since 1970. */
  readonly servers: string;
  /** A sorted set of {@link ListedConnection}s: all connections of the hub. */
  readonly all: string;
  readonly #stem: string;

  constructor(prefix: string, hubName: string) {
    this.#stem = `${prefix}${hubName}:presence`;
    this.servers = `${this.#stem}:servers`;
    this.all = `${this.#stem}:all`;
  }

  /**
   * Returns the key of a hash with a field for each {@link JournalEntry}: what a server has written
   * to the lists. If the server crashes, the others remove it.
   */
  journal(server: string): string {
    return `${this.#stem}:server:${server}`;
  }

  /** Returns the key of a sorted set of {@link ListedConnection}s: the members of a group. */
  group(name: string): string {
    return `${this.#stem}:group:${name}`;
  }

  /** Returns the key of a sorted set of {@link ListedConnection}s: the connections of a user. */
  user(id: string): string {
    return `${this.#stem}:user:${id}`;
  }
}

/** A connection of a server, as its journal has it. */
export interface TrackedConnection {
  readonly id: string;
  readonly user: string | undefined;
}

/** A change of the lists that a server made: a connection, or its membership in a group. */
export interface JournalEntry extends TrackedConnection {
  readonly group: string | undefined;
}

/** Writes a member of a list. The members of a sorted set are ordered by the id, their start. */
export const writeListed = ({ id, user }: TrackedConnection, server: string): string =>
  JSON.stringify([id, server, user ?? null]);

/** Reads a member of a list. Returns undefined if presence did not write it. */
export function readListed(text: string): PresentConnection | undefined {
  const [id, server, user] = readStrings(text);
  if (id === undefined || server === undefined) return undefined;
  return { connectionId: id, userIdentifier: user, serverName: server };
}

/** Writes the field of a journal. */
export const writeJournalEntry = ({ id, user, group }: JournalEntry): string =>
  JSON.stringify(group === undefined ? [id, user ?? null] : [id, user ?? null, group]);

/** Reads the field of a journal. Returns undefined if presence did not write it. */
export function readJournalEntry(text: string): JournalEntry | undefined {
  const [id, user, group] = readStrings(text);
  return id === undefined ? undefined : { id, user, group };
}

/** Returns the strings of a JSON array. Other values are undefined. */
function readStrings(text: string): readonly (string | undefined)[] {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return [];
    return value.map((item: unknown) => (typeof item === 'string' ? item : undefined));
  } catch {
    return [];
  }
}
