import { KeyObject } from 'node:crypto';
import { type AuthenticationHandler, jwtBearer } from '@practical-signalr/server';
import { createRemoteJWKSet } from 'jose';

/** Accepts the tokens of an identity provider that publishes its keys as a JWKS. */
export function jwksAuthentication(issuer: string, audience: string): AuthenticationHandler {
  // Downloads the keys when they are needed, and again if a token names an unknown key.
  const findKey = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
  return jwtBearer({
    key: async (header) => KeyObject.from(await findKey(header)),
    algorithms: ['RS256'],
    issuer,
    audience,
    events: {
      onMessageReceived(context) {
        context.token = context.request.query.get('access_token');
      },
    },
  });
}
