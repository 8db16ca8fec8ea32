import type { HubMethod } from '../hubs/dispatch/hub-method.ts';
import type { ClientLimits } from './client-limits.ts';
import type { Logger } from '../logger.ts';
import { createHash } from 'node:crypto';
import { SharedRates } from './shared-rates.ts';
import { TokenBucket } from './token-bucket.ts';
import { TokenBuckets } from './token-buckets.ts';

/** The rates of one connection. */
export interface ConnectionRates {
  readonly closesConnection: boolean;
  /** Takes the tokens of a call. Returns false if a rate is exceeded. */
  takeCall(target: string): boolean;
  /** Takes the tokens of an upload item. Returns false if a rate is exceeded. */
  takeItem(): boolean;
}

/** The name of the rate of a user's calls, between servers. Methods have their own names. */
const ALL_CALLS = '';

/** The maximum length of the user ids that are kept. Of longer ones, the hash is kept. */
const MAXIMUM_USER_ID = 128;

/** The rate limits of the calls of one hub path. */
export class CallLimiter {
  readonly #limits: ClientLimits;
  readonly #users: TokenBuckets | undefined;
  /** The buckets of the methods with a rate of their own, by name on the wire. */
  readonly #methods: ReadonlyMap<string, TokenBuckets>;

  /** Undefined if the servers do not share rates. */
  readonly #shared: SharedRates | undefined;

  /** `methods` are the methods of the hub by their lower-case name on the wire. */
  constructor(
    path: string,
    limits: ClientLimits,
    methods: ReadonlyMap<string, HubMethod>,
    logger: Logger,
  ) {
    this.#limits = limits;
    this.#users = limits.callsPerUser && new TokenBuckets(limits.callsPerUser);
    const limited = [...methods].flatMap(([name, { rateLimit }]) =>
      rateLimit === undefined ? [] : [[name, new TokenBuckets(rateLimit)] as const],
    );
    this.#methods = new Map(limited);
    const { shareRates } = limits;
    if (shareRates === undefined || !this.#limitsUsers) return;
    this.#shared = new SharedRates(shareRates, path, logger);
    if (this.#users !== undefined) this.#shared.add(ALL_CALLS, this.#users);
    for (const [name, buckets] of this.#methods) this.#shared.add(name, buckets);
  }

  /** True if a rate is limited. */
  get isActive(): boolean {
    return this.#limits.callsPerConnection !== undefined || this.#limitsUsers;
  }

  get #limitsUsers(): boolean {
    return this.#users !== undefined || this.#methods.size > 0;
  }

  /** Stops sharing rates with other servers. */
  async close(): Promise<void> {
    await this.#shared?.close();
  }

  /** Returns the rates of a connection. Connections without a user share nothing. */
  ratesOf(connectionId: string, userIdentifier: string | undefined): ConnectionRates {
    const { callsPerConnection, onRateExceeded } = this.#limits;
    const bucket = callsPerConnection && new TokenBucket(callsPerConnection, performance.now());
    const users = userIdentifier === undefined ? undefined : this.#users;
    const caller = userIdentifier === undefined ? `c ${connectionId}` : userKey(userIdentifier);
    // A connection belongs to one server, so the rates of a connection without a user do too.
    const shared = userIdentifier === undefined ? undefined : this.#shared;
    const take = (now: number): boolean => {
      if (bucket?.take(now) === false || users?.take(caller, now) === false) return false;
      if (users !== undefined) shared?.count(ALL_CALLS, caller);
      return true;
    };
    return {
      closesConnection: onRateExceeded === 'close',
      takeItem: () => take(performance.now()),
      takeCall: (target) => {
        const now = performance.now();
        if (!take(now)) return false;
        if (this.#methods.size === 0) return true;
        const name = target.toLowerCase();
        const buckets = this.#methods.get(name);
        if (buckets === undefined) return true;
        if (!buckets.take(caller, now)) return false;
        shared?.count(name, caller);
        return true;
      },
    };
  }
}

/** Returns a short key for a user id. Buckets outlive connections, so they must not be large. */
const userKey = (userIdentifier: string): string =>
  userIdentifier.length <= MAXIMUM_USER_ID
    ? `u ${userIdentifier}`
    : `h ${createHash('sha256').update(userIdentifier, 'utf16le').digest('base64')}`;
