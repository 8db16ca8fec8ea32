import { expect, test } from 'vitest';
import { resolvePath } from './kestrel-request.ts';

test.each([
  ['/a/negotiate?x=/../b', '/a/negotiate?x=/../b'],
  ['/./a', '/a'],
  ['/x/../a?y', '/a?y'],
  ['/../a', '/a'],
  ['/a/.', '/a/'],
  ['/a..b/.c', '/a..b/.c'],
  ['/%61/negotiat%65?x=%61', '/a/negotiate?x=%61'],
  ['/a%2Fb%20', '/a%2Fb%20'],
])('the path %s is read as %s', (url, resolved) => {
  expect(resolvePath(url)).toBe(resolved);
});
