import { errors } from './errors.ts';

/** The longest time that a timer of Node can wait, in ms. With a longer time, it waits for 1 ms. */
const MAXIMUM_TIME = 2_147_483_647;

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
