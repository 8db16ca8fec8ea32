import type { IncomingMessage } from 'node:http';
import type { AuthenticationHandler, MapHubOptions } from '@practical-signalr/server';
import type { RequestHandler } from 'express';
import { errorTexts } from '../error-texts.ts';
import type { HomeHub } from './home-hub.ts';

/**
 * Returns whether a request names this machine as its host and, if it can change anything, comes
 * from the home's own page. A page of another site can reach this server under a host name of its
 * own (DNS rebinding), and can send requests that need no permission, such as the POST of a form or
 * a WebSocket (CSRF).
 */
export function isOwn({
  method = 'GET',
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  const host = headers.host ?? '';
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) return false;
  const onlyReads = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  // A browser sends the origin with each POST and WebSocket, and with a GET to another origin.
  if (onlyReads && headers.origin === undefined) return true;
  return headers.origin === `http://${host}`;
}

/** Refuses requests that are not {@link isOwn}. It must be the first middleware. */
export const ownPageOnly: RequestHandler = (request, response, next) => {
  if (isOwn(request)) next();
  else response.status(403).type('text').send(errorTexts.foreignRequest);
};

/** The same check for a hub, because WebSocket upgrades do not pass through middleware. */
export const ownPageHub: Pick<MapHubOptions<HomeHub>, 'authentication' | 'authorize'> = {
  authentication: {
    authenticate: ({ httpRequest }) => ({
      ticket: { user: { own: isOwn(httpRequest) }, expiresAt: undefined },
    }),
  } satisfies AuthenticationHandler,
  authorize: { policy: (user) => user['own'] === true },
};
