import type { HubMethod } from '../hubs/dispatch/hub-method.ts';
import type { ClientLimits } from './client-limits.ts';
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

/** The rate limits of the calls of one hub path. */
export class CallLimiter {
  readonly #limits: ClientLimits;
  readonly #users: TokenBuckets | undefined;
  /** The buckets of the methods with a rate of their own, by name on the wire. */
  readonly #methods: ReadonlyMap<string, TokenBuckets>;

  /** `methods` are the methods of the hub by their lower-case name on the wire. */
  constructor(limits: ClientLimits, methods: ReadonlyMap<string, HubMethod>) {
    this.#limits = limits;
    this.#users = limits.callsPerUser && new TokenBuckets(limits.callsPerUser);
    const limited = [...methods].flatMap(([name, { rateLimit }]) =>
      rateLimit === undefined ? [] : [[name, new TokenBuckets(rateLimit)] as const],
    );
    this.#methods = new Map(limited);
  }

  /** True if a rate is limited. */
  get isActive(): boolean {
    const { callsPerConnection } = this.#limits;
    return callsPerConnection !== undefined || this.#users !== undefined || this.#methods.size > 0;
  }

  /** Returns the rates of a connection. Connections without a user share nothing. */
  ratesOf(connectionId: string, userIdentifier: string | undefined): ConnectionRates {
    const { callsPerConnection, onRateExceeded } = this.#limits;
    const bucket = callsPerConnection && new TokenBucket(callsPerConnection, performance.now());
    const users = userIdentifier === undefined ? undefined : this.#users;
    const caller = userIdentifier === undefined ? `c ${connectionId}` : `u ${userIdentifier}`;
    const take = (now: number): boolean =>
      bucket?.take(now) !== false && users?.take(caller, now) !== false;
    return {
      closesConnection: onRateExceeded === 'close',
      takeItem: () => take(performance.now()),
      takeCall: (target) => {
        const now = performance.now();
        if (!take(now)) return false;
        if (this.#methods.size === 0) return true;
        return this.#methods.get(target.toLowerCase())?.take(caller, now) !== false;
      },
    };
  }
}
