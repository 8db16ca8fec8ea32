import { errors } from '../errors.ts';

/**
 * The port that the variable `PORT` names, else `otherwise`. 0 is any free port.
 * @throws Error with a sentence for the user where `PORT` is no port.
 * @example const port = portOfEnvironment(4100);
 */
export function portOfEnvironment(
  otherwise: number,
  text: string | undefined = process.env['PORT'],
): number {
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw errors.invalidPort(text);
  return port;
}
