import { errors } from '../errors.ts';
import { MAXIMUM_TIME } from '../maximum-time.ts';

/**
 * Checks the value of an option that is a time in ms.
 * @throws {RangeError} if it is not greater than 0 (`ERR_SIGNALR_OPTION_NOT_POSITIVE`), or if a
 * timer cannot wait that long (`ERR_SIGNALR_TIME_TOO_LONG`).
 */
export function checkTime(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0)) throw errors.optionNotPositive(name);
  if (value > MAXIMUM_TIME) throw errors.timeTooLong(name, MAXIMUM_TIME);
}
