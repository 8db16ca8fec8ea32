import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { ResolvedEmulatorOptions } from './emulator-options.ts';
import { wireMessages } from './wire-messages.ts';

type CheckedOptions = Pick<ResolvedEmulatorOptions, 'host' | 'allowedOrigins'>;

/** The names of this machine in URLs. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
/** The addresses to listen on at which only this machine can connect. */
const loopbackAddresses = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Returns why the Host header of a request is refused. A foreign page can reach this machine under
 * a name of its own (DNS rebinding), so an emulator that only this machine can reach accepts only
 * the names of this machine. One that listens on another address cannot know its names.
 */
export function refuseHost(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { host }: CheckedOptions,
): string | undefined {
  if (!loopbackAddresses.has(host)) return undefined;
  return loopbackNames.has(hostNameOf(`http://${headers.host ?? ''}`) ?? '')
    ? undefined
    : wireMessages.foreignHost;
}

/**
 * Returns why the Origin header of a request is refused. Browsers send the header with each
 * WebSocket and with each request that changes something; the SDKs of servers do not. The access
 * key is public, so the token of a page proves nothing.
 */
export function refuseOrigin({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const { host, origin } = headers;
  if (origin === undefined || origin === `http://${host}`) return undefined;
  return wireMessages.foreignOrigin(origin);
}

/**
 * Returns why the Origin header of a client is refused. Clients are pages of apps. Pages of this
 * machine, of the machine that the Host header names, and of `allowedOrigins` may connect, on any
 * port.
 */
export function refuseClientOrigin(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { allowedOrigins }: CheckedOptions,
): string | undefined {
  const { host, origin } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return undefined;
  const name = hostNameOf(origin);
  const isAllowed =
    name !== undefined && (loopbackNames.has(name) || name === hostNameOf(`http://${host}`));
  return isAllowed ? undefined : wireMessages.foreignOrigin(origin);
}

/** Refuses requests with status 403 if `refuse` returns a reason. */
export const refuseRequests =
  (refuse: (request: IncomingMessage) => string | undefined): RequestHandler =>
  (request, response, next) => {
    const reason = refuse(request);
    if (reason === undefined) next();
    else response.status(403).type('text/plain').send(reason);
  };

/** Returns the host name of an http or https URL without a path, in lower case. */
function hostNameOf(origin: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(origin) || !URL.canParse(origin)) return undefined;
  return new URL(origin).hostname;
}
