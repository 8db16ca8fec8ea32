import { errors } from '../errors.ts';

/**
 * Checks the value of an option that counts something.
 * @throws {RangeError} if it is not a whole number greater than 0
 * (`ERR_SIGNALR_OPTION_NOT_POSITIVE`).
 */
export function checkCount(name: string, value: unknown): void {
  if (!(typeof value === 'number' && Number.isInteger(value) && value > 0))
    throw errors.optionNotPositive(name, 'a whole number greater than 0');
}
