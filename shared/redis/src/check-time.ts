import { MAXIMUM_TIME } from '@practical-signalr/server/scale-out';
import { errors } from './errors.ts';

/**
 * Returns the value of an option that is a time in ms.
 * @throws {RangeError} if it is not greater than 0 (`ERR_SIGNALR_REDIS_OPTION_NOT_POSITIVE`), or if
 * a timer cannot wait that long (`ERR_SIGNALR_REDIS_TIME_TOO_LONG`).
 */
export function checkTime(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0)) throw errors.notPositive(name);
  if (value > MAXIMUM_TIME) throw errors.timeTooLong(name, MAXIMUM_TIME);
  return value;
}
