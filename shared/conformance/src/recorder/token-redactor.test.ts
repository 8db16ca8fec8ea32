import { expect, test } from 'vitest';
import { TokenRedactor } from './token-redactor.ts';

const secret = 'YWJjZGVmZ2hpamtsbW5v';
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlc2ln';

test.each([
  ['access_token', `access_token=${secret}&room=1`],
  ['id', `room=1&id=${secret}`],
  ['ACCESS_TOKEN', `ACCESS_TOKEN=${secret}&room=1`],
  ['an encoded name', `access%5Ftoken=${secret}&room=1`],
])('the query parameter %s is removed, and its value everywhere else', (_name, query) => {
  const redactor = new TokenRedactor();
  expect(redactor.redactQuery(query)).toBe('room=1');
  expect(redactor.redactText(`it was ${secret}`)).toBe('it was <redacted>');
});

test.each([
  ['Authorization', { authorization: `Bearer ${secret}` }],
  ['Cookie', { cookie: `theme=dark; session=${secret}` }],
])('the value of the header %s is removed everywhere', (_name, headers) => {
  const redactor = new TokenRedactor();
  redactor.learnHeaders(headers);
  expect(redactor.redactText(`"${secret}"`)).toBe('"<redacted>"');
});

test('a cookie that a response sets is removed everywhere', () => {
  const redactor = new TokenRedactor();
  redactor.learnSetCookies([`session=${secret}; HttpOnly`]);
  expect(redactor.redactText(secret)).toBe('<redacted>');
});

test('a JSON Web Token is removed although no request had it', () => {
  expect(new TokenRedactor().redactText(`{"token":"${token}"}`)).toBe('{"token":"<redacted>"}');
});

test.each([
  ['as it is', '"a+b/c=d\'e"'],
  ['as .NET escapes it', '"a\\u002Bb/c=d\\u0027e"'],
  ['as other servers escape it', '"a\\u002bb\\/c\\u003dd\'e"'],
])('a secret with special characters is removed from JSON %s', (_name, text) => {
  const redactor = new TokenRedactor();
  redactor.learnHeaders({ authorization: "Bearer a+b/c=d'e" });
  expect(redactor.redactText(text)).toBe('"<redacted>"');
});

test('bytes keep their length', () => {
  const redactor = new TokenRedactor();
  redactor.learn(secret);
  const bytes = Buffer.from(`\u0001ü ${secret} ${token} end`);
  const redacted = redactor.redactBytes(bytes);
  expect(redacted).toHaveLength(bytes.length);
  expect(redacted.toString()).toMatch(/^\u0001ü x+ x+ end$/);
});

test('negotiate responses lose their tokens', () => {
  const redactor = new TokenRedactor();
  const response = { connectionToken: secret, connectionId: 'public-id', negotiateVersion: 1 };
  expect(redactor.redactNegotiation(JSON.stringify(response))).toEqual({
    ...response,
    connectionToken: '<redacted>',
  });
  const redirect = { url: `https://a.example/client?hub=chat&id=${secret}`, accessToken: token };
  expect(redactor.redactNegotiation(JSON.stringify(redirect))).toEqual({
    url: 'https://a.example/client?hub=chat',
    accessToken: '<redacted>',
  });
  // In version 0, the connection id is the token.
  expect(redactor.redactNegotiation('{"connectionId":"the-secret-id"}')).toEqual({
    connectionId: '<redacted>',
  });
  expect(redactor.redactText('the-secret-id')).toBe('<redacted>');
});
