/** The members of a client of @redis/client that presence uses. Each command has one key, so it also works in a Redis Cluster. */
export interface PresenceClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  zAdd(key: string, member: { score: number; value: string }): Promise<number>;
  zRem(key: string, member: string): Promise<number>;
  zRangeWithScores(
    key: string,
    start: number,
    stop: number,
  ): Promise<{ score: number; value: string }[]>;
  hSet(key: string, field: string, value: string): Promise<number>;
  hDel(key: string, field: string): Promise<number>;
  hGetAll(key: string): Promise<Record<string, string>>;
  del(key: string): Promise<number>;
  pExpire(key: string, ms: number): Promise<number>;
}

/** The commands of Redis that presence uses. */
export type PresenceCommand =
  | 'zAdd'
  | 'zRem'
  | 'zRangeWithScores'
  | 'hSet'
  | 'hDel'
  | 'hGetAll'
  | 'del'
  | 'pExpire';

/** The keys of one hub. Presence uses no other keys. */
export class PresenceKeys {
  /** A sorted set: server name → expiry of its lease, in ms since 1970. */
  readonly servers: string;
  readonly #stem: string;

  constructor(prefix: string, hubName: string) {
    this.#stem = `${prefix}${hubName}:presence`;
    this.servers = `${this.#stem}:servers`;
  }

  /** A hash: connection id → {@link PresenceEntry} as JSON. */
  server(name: string): string {
    return `${this.#stem}:server:${name}`;
  }

  /** A hash: connection id → {@link MemberEntry} as JSON. */
  group(name: string): string {
    return `${this.#stem}:group:${name}`;
  }
}

/** What a server stores about one of its connections. */
export interface PresenceEntry {
  readonly user: string | null;
  readonly groups: readonly string[];
}

/** What a group stores about one of its members. */
export interface MemberEntry {
  readonly server: string;
  readonly user: string | null;
}

/** Parses an entry. Returns undefined if it is not JSON of an object. */
export function parseEntry<T>(json: string): T | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
