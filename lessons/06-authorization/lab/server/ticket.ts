import { randomBytes } from 'node:crypto';
import { jwtBearer } from '@practical-signalr/server';
import type { RequestHandler } from 'express';
import { key } from '../../server/token.ts';

/** The number of tickets that may be unused at the same time. */
const MAXIMUM_TICKETS = 1000;
/** How long a ticket is valid, in ms. */
const TICKET_LIFETIME = 10_000;

/** The tokens of the tickets that are not used yet. */
const tokens = new Map<string, string>();

/** Exchanges the token in the header for a ticket that opens one connection: `POST /lab/ticket`. */
export const issueTicket: RequestHandler = ({ headers }, response) => {
  if (tokens.size === MAXIMUM_TICKETS) {
    response.status(503).send('Too many tickets are unused. Try again in ten seconds.');
    return;
  }
  const ticket = randomBytes(32).toString('base64url');
  tokens.set(ticket, (headers.authorization ?? '').replace('Bearer ', ''));
  setTimeout(() => tokens.delete(ticket), TICKET_LIFETIME).unref();
  response.set('cache-control', 'no-store').send(ticket);
};

/**
 * Works like auth-fixed.ts, but the query string contains a ticket. A ticket that appears in a log
 * has already been used, so it opens no further connection.
 */
export const authentication = jwtBearer({
  key,
  events: {
    onMessageReceived(context) {
      const ticket = context.request.query.get('access_token') ?? '';
      context.token = tokens.get(ticket);
      tokens.delete(ticket);
    },
  },
});
