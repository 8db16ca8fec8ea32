import jwt from 'jsonwebtoken';

/** For tests alone. */
export const testKey = 'a key for tests alone, 32 bytes or more of it';

/** Creates a token that expires after an hour, unless the claims say otherwise. */
export function testToken(
  claims: object,
  key: jwt.Secret = testKey,
  options: jwt.SignOptions = {},
): string {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const given = Object.entries({ iss: 'tests', aud: 'chat', exp, ...claims }).filter(
    ([, value]) => value !== undefined,
  );
  return jwt.sign(Object.fromEntries(given), key, options);
}

/** The header that carries a token. */
export const bearer = (token: string): { authorization: string } => ({
  authorization: `Bearer ${token}`,
});
