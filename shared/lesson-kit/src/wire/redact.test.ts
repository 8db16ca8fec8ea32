import { expect, test } from 'vitest';
import { hexDump } from './hex-dump.ts';
import { learnSecret, learnSecrets, redact } from './redact.ts';
import { WireLog } from './wire-log.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl_-0';

test.each([
  ['/hub?id=secret&x=1', '/hub?id=••••&x=1'],
  ['/hub?x=1&access_token=secret', '/hub?x=1&access_token=••••'],
  ['ws://localhost/hub?ticket=secret#a', 'ws://localhost/hub?ticket=••••#a'],
  [
    '{"connectionId":"a","connectionToken":"secret"}',
    '{"connectionId":"a","connectionToken":"••••"}',
  ],
  ['{"url":"https://s","accessToken" : "secret"}', '{"url":"https://s","accessToken" : "••••"}'],
  [
    String.raw`{"a":"{\"access_token\":\"secret\"}"}`,
    String.raw`{"a":"{\"access_token\":\"••••\"}"}`,
  ],
  ['Authorization: Bearer secret', 'Authorization: Bearer ••••'],
  ['{"Authorization":"Bearer secret"}', '{"Authorization":"Bearer ••••"}'],
  [`the token is ${jwt}, keep it`, 'the token is ••••, keep it'],
  ['nothing to hide: tokens, id=5', 'nothing to hide: tokens, id=5'],
])('tokens become dots: %s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test('a known secret is hidden everywhere, also encoded and in bytes', () => {
  learnSecrets('/hub?id=connection-token-12345%2B6');
  learnSecret('credentials-of-a-header');
  expect(redact('"connection-token-12345+6" and credentials-of-a-header')).toBe('"••••" and ••••');
  const dump = hexDump(new TextEncoder().encode(`abcdefgh${jwt}credentials-of-a-header!`));
  expect(dump.split('\n')[0]).toBe('61 62 63 64 65 66 67 68  abcdefgh');
  for (const part of ['eyJh', 'cred', '65 79 4a']) expect(dump.slice(30)).not.toContain(part);
  expect(dump).toContain('••');
});

test('the short token "testing" is hidden only where tokens are expected', () => {
  learnSecrets('/hub?access_token=testing');
  expect(redact('testing a message')).toBe('testing a message');
});

test('no text of an entry contains a token', () => {
  const log = new WireLog(() => 0);
  log.note('received', 'negotiate answer', '{"connectionToken":"this-is-the-connection-token"}');
  log.note('received', 'token', jwt);
  log.frame(
    'sent',
    `{"type":1,"target":"Show","arguments":["${jwt}","this-is-the-connection-token"]}\u001e`,
  );
  log.frame('sent', new TextEncoder().encode(`\u0040${jwt}this-is-the-connection-token`));
  for (const { body, summary, text, decoded, encoded } of log.entries) {
    for (const shown of [body, summary, text, decoded, encoded])
      expect(shown).not.toMatch(/eyJ|this-is-the/);
  }
});
