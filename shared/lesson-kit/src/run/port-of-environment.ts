import { errors } from '../errors.ts';

/**
 * Returns the port in the environment variable `PORT`, or `otherwise`. 0 selects a free port.
 * @throws Error if `PORT` is not a port number.
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
