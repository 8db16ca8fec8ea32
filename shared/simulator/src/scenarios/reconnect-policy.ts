import type { Random } from '../model/random.ts';

/** When a client tries to connect again. */
export interface ReconnectPolicy {
  readonly name: string;
  /** Returns the wait before an attempt, in ms. Undefined if the client stops trying. */
  delay(attempt: number, random: Random): number | undefined;
}

/** The retries of `withAutomaticReconnect()` of the official client. */
const officialDelays: readonly number[] = [0, 2000, 10_000, 30_000];
/** The longest wait with jitter, in ms. */
const SPREAD = 10_000;

export const officialPolicy: ReconnectPolicy = {
  name: 'without jitter',
  delay: (attempt) => officialDelays[attempt],
};

export const jitteredPolicy: ReconnectPolicy = {
  name: 'with jitter',
  delay: (_attempt, random) => random.fraction() * SPREAD,
};

export const reconnectPolicies: readonly ReconnectPolicy[] = [officialPolicy, jitteredPolicy];
