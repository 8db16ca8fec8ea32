import { createHmac, randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

/** Made at each start: no token outlives the server, and no key gets into a commit. */
export const key = randomBytes(32).toString('base64url');

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token by hand (HS256, RFC 7519): three parts, and the last one proves the first two. */
function mint(claims: object): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** `GET /token?name=alice&seconds=60`; with `claim=name` the name stands in the wrong claim. */
export const token: RequestHandler = ({ query }, response) => {
  const claim = query['claim'] === 'name' ? 'name' : 'sub';
  const name = typeof query['name'] === 'string' ? query['name'].slice(0, 100) : 'alice';
  const seconds = Number(query['seconds'] ?? 60);
  if (!Number.isFinite(seconds)) return void response.status(400).send('seconds must be a number.');
  const exp = Math.floor(Date.now() / 1000) + seconds;
  response.set('cache-control', 'no-store').send(mint({ [claim]: name, exp }));
};
