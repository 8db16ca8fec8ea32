import { expect, test } from 'vitest';
import { decodeHeaders } from './utf8-text.ts';

/** The text as Node's HTTP parser shows its UTF-8 bytes. */
const asReceived = (text: string): string => Buffer.from(text).toString('latin1');

test('headers are decoded as UTF-8, whether they have one value or several', () => {
  const headers = {
    'x-name': asReceived('Jürgen'),
    'set-cookie': ['a', asReceived('ö')],
    host: 'x',
  };
  const decoded = { 'x-name': 'Jürgen', 'set-cookie': ['a', 'ö'], host: 'x' };
  expect(decodeHeaders(headers)).toEqual(decoded);
  expect(headers['set-cookie']).toEqual(['a', asReceived('ö')]);
});

test('headers in ASCII are returned without a copy', () => {
  const headers = { host: 'x', 'set-cookie': ['a', 'b'] };
  expect(decodeHeaders(headers)).toBe(headers);
});
