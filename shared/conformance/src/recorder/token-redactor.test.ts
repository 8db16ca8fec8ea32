import { expect, test } from 'vitest';
import { TokenRedactor } from './token-redactor.ts';

const secret = 'YWJjZGVmZ2hpamtsbW5v';
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlc2ln';

test.each([
  ['access_token', `access_token=${secret}&room=1`],
  ['id', `room=1&id=${secret}`],
  ['ACCESS_TOKEN', `ACCESS_TOKEN=${secret}&room=1`],
  ['an encoded name', `access%5Ftoken=${secret}&room=1`],
  ['api_key', `api_key=${secret}&room=1`],
  ['id_token', `id_token=${secret}&room=1`],
  ['sessionId', `sessionId=${secret}&room=1`],
  ['code, if it is long,', `room=1&code=${secret}`],
])('the query parameter %s is removed, and its value everywhere else', (_name, query) => {
  const redactor = new TokenRedactor();
  expect(redactor.redactQuery(query)).toBe('room=1');
  expect(redactor.redactText(`it was ${secret}`)).toBe('it was <redacted>');
});

test.each([
  ['Authorization', { authorization: `Bearer ${secret}` }],
  ['Authorization with another scheme', { authorization: `X-Own-Scheme  ${secret}` }],
  ['Authorization without a scheme', { authorization: secret }],
  ['Proxy-Authorization', { 'proxy-authorization': `Bearer ${secret}` }],
  ['X-Api-Key', { 'x-api-key': secret }],
  ['X-Auth-Token', { 'x-auth-token': secret }],
  ['Ocp-Apim-Subscription-Key', { 'ocp-apim-subscription-key': secret }],
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

test('the credentials of Basic authentication are removed, encoded or not', () => {
  const redactor = new TokenRedactor();
  const encoded = Buffer.from('ann:pass word 1').toString('base64');
  redactor.learnHeaders({ authorization: `Basic ${encoded}` });
  expect(redactor.redactText(`"${encoded}" "ann:pass word 1" "pass word 1"`)).toBe(
    '"<redacted>" "<redacted>" "<redacted>"',
  );
});

test('ordinary parameters and headers are kept', () => {
  const redactor = new TokenRedactor();
  const query = 'room=1&code=1234&author=ann&key=blue&negotiateVersion=1&useStatefulReconnect=true';
  expect(redactor.redactQuery(query)).toBe(query);
  redactor.learnHeaders({ 'sec-websocket-key': secret, 'x-signalr-user-agent': secret });
  expect(redactor.redactText(secret)).toBe(secret);
});

test('a percent-encoded secret is removed, whatever its parameter is', () => {
  const redactor = new TokenRedactor();
  redactor.learnHeaders({ authorization: "Bearer a+b/c=d'e" });
  expect(redactor.redactQuery(`a=${token.replaceAll('.', '%2E')}&b=a%2bb%2fc%3dd%27e`)).toBe(
    'a=<redacted>&b=<redacted>',
  );
  expect(redactor.redactText("https://a.example/?x=a%2Bb%2Fc%3Dd'e")).toBe(
    'https://a.example/?x=<redacted>',
  );
});

test('the value of a parameter is everything after the first equals sign', () => {
  const redactor = new TokenRedactor();
  redactor.redactQuery('access_token=abcdefgh==');
  expect(redactor.redactText('"abcdefgh=="')).toBe('"<redacted>"');
});

test('a path is recorded without its tokens', () => {
  const redactor = new TokenRedactor();
  redactor.learn(secret);
  expect(redactor.redactPath(`/chat/${token}/${secret}/room`)).toBe(
    '/chat/<redacted>/<redacted>/room',
  );
});

test.each([
  ['signed', token],
  ['signed, with spaces in its header', `eyA${token.slice(3)}`],
  ['unsigned', token.replace(/[^.]*$/, '')],
  ['encrypted', `${token}.aXYtaXYt.dGFnLXRhZw`],
  ['encrypted without a key', 'eyJhbGciOiJkaXIifQ..aXYtaXYt.Y2lwaGVyLXRleHQ.dGFnLXRhZw'],
])('a token that is %s is removed as a whole', (_name, text) => {
  const redactor = new TokenRedactor();
  expect(redactor.redactText(`Bearer ${text} end`)).toBe('Bearer <redacted> end');
  expect(redactor.redactBytes(Buffer.from(`9${text}`)).toString()).toMatch(/^9x+$/);
});

test('texts that only resemble tokens are redacted in linear time', () => {
  const redactor = new TokenRedactor();
  for (const text of ['eyJ'.repeat(500_000), `a.b.${'eyJ'.repeat(500_000)}`, '.'.repeat(1_000_000)])
    expect(redactor.redactText(text)).toBe(text);
}, 30_000);

test('a secret that contains another one is removed as a whole', () => {
  const redactor = new TokenRedactor();
  redactor.learn(secret.slice(0, 10));
  redactor.learn(secret);
  expect(redactor.redactText(secret)).toBe('<redacted>');
});

test('after many secrets, the newest ones are still removed', () => {
  const redactor = new TokenRedactor();
  for (let i = 0; i < 10_001; i++) redactor.learn(`secret-${i}-`);
  expect(redactor.redactText('secret-10000-')).toBe('<redacted>');
});

test('a message stays JSON if a secret is found outside of its strings', () => {
  const redactor = new TokenRedactor();
  redactor.learnHeaders({ cookie: 'visit=1700000000' });
  const message = { type: 1, target: 'at', arguments: [1_700_000_000, 'x 1700000000'] };
  expect(JSON.parse(redactor.redactJson(JSON.stringify(message)))).toEqual({
    ...message,
    arguments: [0, 'x <redacted>'],
  });
});

test.each([
  ['null instead of tokens', { connectionToken: null, accessToken: null, connectionId: 'abc' }],
  ['numbers instead of tokens', { connectionToken: 1, accessToken: 2 }],
  ['half of a character', { connectionToken: `${secret}\ud800` }],
])('a negotiate response with %s does not fail', (_name, response) => {
  expect(new TokenRedactor().redactNegotiation(JSON.stringify(response))).toBeTypeOf('object');
});

test('tokens in other members of a negotiate response are removed', () => {
  const redactor = new TokenRedactor();
  const response = { refreshToken: secret, error: `refused: ${token}`, more: [{ token }] };
  expect(redactor.redactNegotiation(JSON.stringify(response))).toEqual({
    refreshToken: '<redacted>',
    error: 'refused: <redacted>',
    more: [{ token: '<redacted>' }],
  });
  expect(redactor.redactNegotiation(JSON.stringify(token))).toBe('<redacted>');
});
