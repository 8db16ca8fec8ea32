import type { IncomingMessage } from 'node:http';
import type { AuthenticationHandler, MapHubOptions } from '@practical-signalr/server';
import type { RequestHandler } from 'express';
import { errorTexts } from '../error-texts.ts';
import type { HomeHub } from './home-hub.ts';

/**
 * Whether a request names this machine as its host and, if it can change anything, comes from the home's own page. A foreign page may reach
 * this server under a name of its own (DNS rebinding), or send to it what needs no permission: a form's POST, a WebSocket (CSRF).
 */
export function isOwn({
  method = 'GET',
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  const host = headers.host ?? '';
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) return false;
  const onlyReads = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  // A browser names the origin of each POST and each WebSocket; of a GET only when the page that asks is another origin's.
  if (onlyReads && headers.origin === undefined) return true;
  return headers.origin === `http://${host}`;
}

/** Refuses what is not {@link isOwn}; before everything else. */
export const ownPageOnly: RequestHandler = (request, response, next) => {
  if (isOwn(request)) next();
  else response.status(403).type('text').send(errorTexts.foreignRequest);
};

/** The same for a hub: WebSockets pass no middleware, so every request of the hub is asked again where nothing passes by. */
export const ownPageHub: Pick<MapHubOptions<HomeHub>, 'authentication' | 'authorize'> = {
  authentication: {
    authenticate: ({ httpRequest }) => ({
      ticket: { user: { own: isOwn(httpRequest) }, expiresAt: undefined },
    }),
  } satisfies AuthenticationHandler,
  authorize: { policy: (user) => user['own'] === true },
};
