import { isIP } from 'node:net';

/**
 * Returns the address to listen on: the environment variable `HOST`, or 127.0.0.1, which only this
 * machine can reach. A container sets `0.0.0.0`. A value that is not an IP address is ignored,
 * because some shells store the name of the machine in `HOST`.
 * @example server.listen(port, hostOfEnvironment());
 */
export const hostOfEnvironment = (text: string | undefined = process.env['HOST']): string =>
  text !== undefined && isIP(text) > 0 ? text : '127.0.0.1';
