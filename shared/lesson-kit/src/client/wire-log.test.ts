import { expect, test } from 'vitest';
import { redact } from './redact.ts';
import { WireLog } from './wire-log.ts';

test('frames are decoded, and a completion tells the time since its invocation', () => {
  let now = 100;
  const log = new WireLog(() => now);
  log.frame('sent', '{"protocol":"json","version":1}\u001e');
  now = 105;
  log.frame('received', '{}\u001e');
  log.frame('sent', '{"type":1,"invocationId":"0","target":"A","arguments":[]}\u001e');
  now = 109;
  log.frame('received', '{"type":6}\u001e{"type":3,"invocationId":"0","result":null}\u001e');
  expect(log.entries.map(({ kind, at, after }) => [kind, at, after])).toEqual([
    ['handshake', 0, undefined],
    ['handshake ok', 5, undefined],
    ['invocation 0', 5, undefined],
    ['ping', 9, undefined],
    ['completion 0', 9, 4],
  ]);
  expect(log.entries[3]?.bytes).toBe(11);
});

test('the log keeps a bounded number of entries', () => {
  const log = new WireLog(() => 0);
  for (let i = 0; i < 10_050; i++) log.note('sent', String(i), '');
  expect(log.entries).toHaveLength(10_000);
  expect(log.entries[0]?.kind).toBe('50');
});

test.each([
  ['/hub?id=secret&x=1', '/hub?id=••••&x=1'],
  ['/hub?x=1&access_token=secret', '/hub?x=1&access_token=••••'],
  ['{"connectionId":"a","connectionToken":"secret"}', '{"connectionId":"a","connectionToken":"••••"}'],
  ['Authorization: Bearer secret', 'Authorization: Bearer ••••'],
])('tokens become dots: %s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});
