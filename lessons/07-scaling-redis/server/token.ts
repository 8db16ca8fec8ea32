import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import jwt from 'jsonwebtoken';

/** Generated at each start, so that no key is committed. All instances share it. */
export const key = process.env['TOKEN_KEY'] ?? randomBytes(32).toString('base64url');

/** Issues a token: `GET /token?name=alice&seconds=60`. */
export const issueToken: RequestHandler = ({ query }, response) => {
  const { name = 'alice', seconds } = query;
  const exp = Math.floor(Date.now() / 1000) + Math.min(Number(seconds) || 60, 3600);
  const token = jwt.sign({ sub: name, exp }, key);
  response.set('cache-control', 'no-store').send(token);
};

/** Refuses requests without a valid token in the header. Hubs have `authorize` for this. */
export const requireToken: RequestHandler = ({ headers }, response, next) => {
  try {
    jwt.verify(headers.authorization?.replace('Bearer ', '') ?? '', key);
    next();
  } catch {
    response.status(401).set('www-authenticate', 'Bearer').send('Send a token in the header.');
  }
};
