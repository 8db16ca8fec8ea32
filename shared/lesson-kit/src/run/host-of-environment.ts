import { isIP } from 'node:net';

/**
 * The address to listen on: the one that the variable `HOST` names, else 127.0.0.1, which only this machine reaches. A container sets
 * `0.0.0.0`. What is no IP address is ignored: some shells keep the name of the machine in `HOST`.
 * @example server.listen(port, hostOfEnvironment());
 */
export const hostOfEnvironment = (text: string | undefined = process.env['HOST']): string =>
  text !== undefined && isIP(text) > 0 ? text : '127.0.0.1';
