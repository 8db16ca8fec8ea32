import jwt from 'jsonwebtoken';

/** The key of the tokens that {@link testToken} creates. Use it only in tests. */
export const testKey = 'a key for tests alone, 32 bytes or more of it';

/** Creates a token that expires after an hour. `exp` in the claims overrides this. */
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

/** Returns the headers of a request with a token. */
export const bearer = (token: string): { authorization: string } => ({
  authorization: `Bearer ${token}`,
});
