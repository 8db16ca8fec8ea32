import { InvalidArgumentError } from 'commander';

/**
 * Returns a parser for the value of an option that is a whole number from `min` to `max`.
 * @example command.option('--port <number>', 'port to listen on', wholeNumber(0, 65_535), 5900)
 */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
