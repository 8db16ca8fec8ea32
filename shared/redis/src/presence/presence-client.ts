/** What presence uses of a client of @redis/client. One key for each command, so that a Redis Cluster serves it too. */
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

/** The keys of one hub; nothing else of Redis is touched. */
export class PresenceKeys {
  /** Sorted set: server name, end of its lease in ms since 1970. */
  readonly servers: string;
  readonly #stem: string;

  constructor(prefix: string, hubName: string) {
    this.#stem = `${prefix}${hubName}:presence`;
    this.servers = `${this.#stem}:servers`;
  }

  /** Hash: connection id, JSON of user and groups. */
  server(name: string): string {
    return `${this.#stem}:server:${name}`;
  }

  /** Hash: connection id, JSON of server and user. */
  group(name: string): string {
    return `${this.#stem}:group:${name}`;
  }
}

/** What a server keeps of one of its connections. */
export interface PresenceEntry {
  readonly user: string | null;
  readonly groups: readonly string[];
}

/** What a group keeps of one of its members. */
export interface MemberEntry {
  readonly server: string;
  readonly user: string | null;
}

/** Undefined for what we have not written. */
export function parsed<T>(json: string): T | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
