import { randomBytes } from 'node:crypto';
import { causes } from '../causes.ts';
import { explainRedisError } from '../pub-sub/explain-redis-error.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisPubSubClient } from '../redis-client.ts';

/** The length of a record id in characters. */
const ID_LENGTH = 22;

/** Returns an id that nobody can guess. */
export const newRecordId = (): string => randomBytes(16).toString('base64url');

/** The keys of hand-overs in Redis. */
export class HandOverKeys {
  readonly #stem: string;

  /** `stem` is the channel of the hub's hand-overs. */
  constructor(stem: string) {
    this.#stem = stem;
  }

  record(connectionId: string): string {
    return `${this.#stem}:record:${connectionId}`;
  }

  /** Returns the key that exists if the token of the connection is used. */
  usedToken(connectionId: string): string {
    return `${this.#stem}:token:${connectionId}`;
  }

  tail(recordId: string): string {
    return `${this.#stem}:tail:${recordId}`;
  }
}

/**
 * Returns the time after which a key expires, in ms. Redis accepts whole numbers only, and a
 * product such as `4.35 * 60_000` may have a fraction.
 */
export const wholeTime = (ms: number): number => Math.ceil(ms);

/** Returns the value of a record's key. */
export const writeStored = (recordId: string, record: string): string => recordId + record;

/** Returns the content of a record's key. */
export const readStored = (
  value: string,
): { readonly recordId: string; readonly record: string } => ({
  recordId: value.slice(0, ID_LENGTH),
  record: value.slice(ID_LENGTH),
});

/** Runs a command that reads or writes a key. Rejects with the reason if Redis refuses it. */
export const command = <T>(
  bus: RedisBus,
  run: (client: RedisPubSubClient) => Promise<T>,
): Promise<T> =>
  bus.run(run, (error) => {
    const denied = /^NOPERM.*?(?:'([^'|]+)|$)/.exec(error.message);
    return denied === null
      ? explainRedisError(error, true)
      : causes.noHandOverPermission(denied[1]?.toUpperCase());
  });
