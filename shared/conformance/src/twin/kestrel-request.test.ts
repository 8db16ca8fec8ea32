import { expect, test } from 'vitest';
import { resolvePath } from './kestrel-request.ts';

test.each([
  ['/a/negotiate?x=/../b', '/a/negotiate?x=/../b'],
  ['/./a', '/a'],
  ['/x/../a?y', '/a?y'],
  ['/../a', '/a'],
  ['/a/.', '/a/'],
  ['/a..b/.c', '/a..b/.c'],
])('the path %s is read as %s', (url, resolved) => {
  expect(resolvePath(url)).toBe(resolved);
});
