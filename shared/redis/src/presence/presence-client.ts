/** A part of a sorted set, ordered by its members. */
export interface LexRange {
  readonly BY: 'LEX';
  readonly LIMIT: { readonly offset: number; readonly count: number };
}

/**
 * The members of a client of @redis/client that presence uses. Each command has one key, so it also
 * works in a Redis Cluster.
 */
export interface PresenceClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error' | 'ready', listener: (error?: unknown) => void): unknown;
  zAdd(key: string, member: { score: number; value: string }): Promise<number>;
  zRem(key: string, members: string | string[]): Promise<number>;
  zCard(key: string): Promise<number>;
  zRange(key: string, min: string, max: string, range: LexRange): Promise<string[]>;
  zRangeWithScores(
    key: string,
    start: number,
    stop: number,
  ): Promise<{ score: number; value: string }[]>;
  hSet(key: string, field: string, value: string): Promise<number>;
  hDel(key: string, fields: string | string[]): Promise<number>;
  hGetAll(key: string): Promise<Record<string, string>>;
  del(key: string): Promise<number>;
  pExpire(key: string, ms: number): Promise<number>;
}

/** The commands of Redis that presence uses. */
export type PresenceCommand = Exclude<
  keyof PresenceClient,
  'isReady' | 'connect' | 'destroy' | 'on'
>;

/**
 * Runs a command. Rejects with `ERR_SIGNALR_REDIS_UNAVAILABLE` if Redis does not reply or refuses.
 */
export type RunPresenceCommand = <TName extends PresenceCommand>(
  name: TName,
  ...args: Parameters<PresenceClient[TName]>
) => Promise<Awaited<ReturnType<PresenceClient[TName]>>>;
