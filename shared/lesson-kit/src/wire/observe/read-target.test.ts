import { expect, test } from 'vitest';
import { readTarget } from './read-target.ts';

test.each([
  ['/messages?id=a%20b&x=1?2', '/messages', { id: 'a b', x: '1?2' }],
  ['http://localhost:4103/messages/negotiate?x=1#top', '/messages/negotiate', { x: '1' }],
  ['ws://localhost:4103?id=1', '/', { id: '1' }],
  ['//', '//', {}],
  ['//[', '//[', {}],
  ['*', '*', {}],
  ['', '/', {}],
])('"%s" has a path and parameters', (url, path, parameters) => {
  const target = readTarget(url);
  expect([target.path, Object.fromEntries(target.query)]).toEqual([path, parameters]);
});
