import type { RequestHandler } from 'express';
import jwt from 'jsonwebtoken';
import { key } from '../../server/token.ts';

/** Issues a token with the user's name in the wrong claim: `GET /lab/token?name=alice`. */
export const issueTokenWithClaim: RequestHandler = ({ query }, response) => {
  const { name = 'alice' } = query;
  const token = jwt.sign({ name }, key, { expiresIn: 60 });
  response.set('cache-control', 'no-store').send(token);
};
