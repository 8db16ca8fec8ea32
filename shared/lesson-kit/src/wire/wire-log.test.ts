import { expect, test } from 'vitest';
import { describeRequest } from './observe/observed-request.ts';
import { WireLog } from './wire-log.ts';
import { WireWindow } from './wire-window.ts';

const RS = '\u001e';
const call = (id: string): string =>
  `{"type":1,"invocationId":"${id}","target":"A","arguments":[1,"b"]}${RS}`;
const answer = (id: string): string => `{"type":3,"invocationId":"${id}","result":null}${RS}`;

test('frames are decoded, and a completion has the time since its invocation', () => {
  let now = 100;
  const log = new WireLog(() => now);
  log.frame('sent', `{"protocol":"json","version":1}${RS}`);
  now = 105;
  log.frame('received', `{}${RS}`);
  log.frame('sent', call('0'));
  now = 109;
  log.frame('received', `{"type":6}${RS}${answer('0')}`);
  expect(log.entries.map(({ kind, at, after, summary }) => [kind, at, after, summary])).toEqual([
    ['handshake', 0, undefined, '{"protocol":"json","version":1}'],
    ['handshake ok', 5, undefined, '{}'],
    ['invocation 0', 5, undefined, 'A(1, "b")'],
    ['ping', 9, undefined, '{"type":6}'],
    ['completion 0', 9, 4, 'null'],
  ]);
  expect(log.entries[3]?.bytes).toBe(11);
  expect(log.entries[4]?.pair).toBe(log.entries[2]);
  expect(log.entries[3]?.encoded).toBe(`{"type":6}${RS}`);
});

test('calls are paired by connection and direction, because both sides may use the same id', () => {
  let now = 0;
  const log = new WireLog(() => now++);
  log.frame('sent', call('0'), 'a');
  log.frame('sent', call('0'), 'b');
  log.frame('received', call('0'), 'a');
  log.frame('received', answer('0'), 'b');
  log.frame('received', answer('0'), 'a');
  log.frame('sent', answer('0'), 'a');
  log.frame('received', answer('0'), 'a'); // there is no such call
  const pairs = log.entries.map(({ pair }) => pair?.number);
  expect(pairs).toEqual([4, 3, 5, 1, 0, 2, undefined]);
});

test('the log keeps a limited number of entries and bytes', () => {
  const log = new WireLog(() => 0);
  for (let i = 0; i < 12_050; i++) log.note('sent', String(i), '');
  expect(log.entries).toHaveLength(10_000);
  expect([log.first, log.next, log.entries[0]?.kind, log.at(2050)?.kind]).toEqual([
    2050,
    12_050,
    '2050',
    '2050',
  ]);
  for (let i = 0; i < 600; i++) log.frame('received', `${'x'.repeat(40_000)}${RS}`);
  expect(log.bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
  log.clear();
  expect([log.length, log.bytes]).toEqual([0, 0]);
});

test('when it is off, nothing is recorded', () => {
  const log = new WireLog(() => 0);
  log.on = false;
  log.note('sent', 'a', '');
  log.frame('sent', call('0'));
  expect(log.length).toBe(0);
});

test('the row of a request gets its status later', () => {
  const log = new WireLog(() => 0);
  const request = describeRequest(
    { method: 'GET', url: '/hub?id=1&access_token=x', upgrade: true },
    1,
    0,
  );
  log.note('sent', 'GET websocket', '/hub?id=1&access_token=x', request);
  const [entry] = log.entries;
  expect(entry?.body).toBe('… · token in query · /hub?id=••••&access_token=••••');
  request.failed = true;
  expect(entry?.body).toContain('failed, the browser hides the status');
  request.status = 101;
  expect(entry?.text).toBe(
    '0 ms sent GET websocket 0 B 101 · token in query · /hub?id=••••&access_token=••••',
  );
});

test('a window draws the newest rows, holds, goes back, filters and pauses, and reads only new entries', () => {
  const log = new WireLog(() => 0);
  const window = new WireWindow(log);
  const kinds = (): string[] => window.rows.map(({ kind }) => kind);
  const add = (from: number, to: number): void => {
    for (let i = from; i < to; i++) log.note('sent', `n${i}`, '');
  };
  add(0, 1000);
  expect([kinds()[0], kinds().at(-1), window.rows.length, window.hasEarlier]).toEqual([
    'n800',
    'n999',
    200,
    true,
  ]);
  window.earlier();
  expect([kinds()[0], kinds().at(-1), window.isLatest]).toEqual(['n700', 'n899', false]);
  add(1000, 1001);
  expect(kinds().at(-1)).toBe('n899');
  for (let i = 0; i < 20; i++) window.earlier();
  expect([kinds()[0], window.hasEarlier]).toEqual(['n0', false]);
  window.latest();
  expect(kinds().at(-1)).toBe('n1000');
  window.hold();
  add(1001, 1002);
  expect(kinds().at(-1)).toBe('n1000');
  window.pause(true);
  add(1002, 1003);
  expect([kinds().at(-1), window.length]).toEqual(['n1001', 1002]);
  window.pause(false);
  expect(kinds().at(-1)).toBe('n1002');
  window.filter('N99');
  expect(kinds()).toEqual([
    'n99',
    'n990',
    'n991',
    'n992',
    'n993',
    'n994',
    'n995',
    'n996',
    'n997',
    'n998',
    'n999',
  ]);
  add(1003, 12_003);
  // n99 and n990 to n999 are no longer in the log.
  expect([kinds()[0], window.length]).toEqual(['n9900', 110 - 10]);
});
