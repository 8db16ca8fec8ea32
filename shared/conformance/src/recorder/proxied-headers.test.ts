import { expect, test } from 'vitest';
import { returnedHeaders } from './proxied-headers.ts';

const cookies = ['a=1; Path=/; Secure; HttpOnly', 'b=secure; SameSite=None; secure', 'c=1'];

test('the browser stores cookies of a server with TLS', () => {
  const target = new URL('https://127.0.0.1:5001');
  expect(returnedHeaders(target, '127.0.0.1:5950', { 'set-cookie': cookies })).toEqual({
    'set-cookie': ['a=1; Path=/; HttpOnly', 'b=secure', 'c=1'],
  });
});

test('the cookies of a server without TLS stay the same', () => {
  const target = new URL('http://127.0.0.1:5000');
  const headers = { 'set-cookie': cookies, 'content-type': 'text/html' };
  expect(returnedHeaders(target, '127.0.0.1:5950', headers)).toEqual(headers);
});
