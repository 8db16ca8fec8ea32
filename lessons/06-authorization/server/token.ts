import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

/** Made at each start: no token outlives the server, and no key gets into a commit. */
export const key = randomBytes(32).toString('base64url');

const tokenQuery = z.object({
  name: z.string().default('alice'),
  seconds: z.coerce.number().int().min(-60).max(3600).default(60),
  claim: z.enum(['sub', 'name']).default('sub'),
});

/** `GET /token?name=alice&seconds=60`; with `claim=name` the name stands in the wrong claim. */
export const token: RequestHandler = ({ query }, response) => {
  const { data, error } = tokenQuery.safeParse(query);
  if (error) return void response.status(400).send(z.prettifyError(error));
  const exp = Math.floor(Date.now() / 1000) + data.seconds;
  response.set('cache-control', 'no-store').send(jwt.sign({ [data.claim]: data.name, exp }, key));
};

/** Lets a request pass that brings a good token in its header: for routes what `authorize` is for hubs. */
export const authorize: RequestHandler = ({ headers }, response, next) => {
  try {
    jwt.verify(headers.authorization?.replace(/^Bearer /, '') ?? '', key);
    next();
  } catch {
    response
      .status(401)
      .set('www-authenticate', 'Bearer')
      .send('Who are you? Send a token; a plain form cannot.');
  }
};
