import { randomBytes } from 'node:crypto';
import { jwtBearer } from '@practical-signalr/server';
import type { RequestHandler } from 'express';
import { key } from './token.ts';

/** The tokens of tickets that nobody has used yet. */
const waiting = new Map<string, string>();

/** `POST /ticket` with a token in the header: a ticket that opens one connection within ten seconds. */
export const ticket: RequestHandler = ({ headers }, response) => {
  if (waiting.size === 1000)
    return void response.status(503).send('Too many tickets wait. Ask again in ten seconds.');
  const made = randomBytes(32).toString('base64url');
  waiting.set(made, headers.authorization!.replace(/^Bearer /, ''));
  setTimeout(() => waiting.delete(made), 10_000).unref();
  response.set('cache-control', 'no-store').send(made);
};

/** As in auth-fixed.ts, but in the query stands a ticket: who finds it in a log comes too late. */
export const authentication = jwtBearer({
  key,
  clockTolerance: 0,
  events: {
    onMessageReceived(context) {
      const used = context.request.query.get('access_token') ?? '';
      context.token = waiting.get(used);
      waiting.delete(used);
    },
  },
});
