import type { BytesInFlight } from './bytes-in-flight.ts';
import type { CallLimiter } from './call-limiter.ts';

/** The limits that the connections of one hub path share. Undefined if they are off. */
export interface SharedLimits {
  readonly limiter: CallLimiter | undefined;
  readonly bytesInFlight: BytesInFlight | undefined;
}
