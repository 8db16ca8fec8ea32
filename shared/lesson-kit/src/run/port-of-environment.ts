import { errors } from '../errors.ts';

/**
 * Returns the port in an environment variable, or `otherwise` if it is not set. 0 selects a free
 * port.
 * @param name the environment variable. Default: `PORT`.
 * @throws Error if its value is not a port number.
 * @example const port = portOfEnvironment(4100);
 */
export function portOfEnvironment(
  otherwise: number,
  name = 'PORT',
  environment: NodeJS.ProcessEnv = process.env,
): number {
  const text = environment[name];
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw errors.invalidPort(text, name);
  return port;
}
