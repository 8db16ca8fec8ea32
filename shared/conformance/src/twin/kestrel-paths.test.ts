import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { resolvePaths } from './kestrel-paths.ts';

test.each([
  ['/a/negotiate?x=/../b', '/a/negotiate?x=/../b'],
  ['/./a', '/a'],
  ['/x/../a?y', '/a?y'],
  ['/../a', '/a'],
  ['/a/.', '/a/'],
  ['/a..b/.c', '/a..b/.c'],
])('the path %s is read as %s', (url, resolved) => {
  const request = { url };
  const server = createServer();
  resolvePaths(server);
  server.emit('request', request, {});
  expect(request.url).toBe(resolved);
});
