import { expect, test } from 'vitest';
import { splitAction } from './subpath-action.ts';

test.each([
  ['/chat/negotiate', '/chat', 'negotiate'],
  ['/chat/negotiate/', '/chat', 'negotiate'],
  ['/chat/NEGOTIATE', '/chat', 'negotiate'],
  ['/chat/%6eegotiate', '/chat', 'negotiate'],
  ['/a/b%20c/refresh', '/a/b%20c', 'refresh'],
  ['//chat/negotiate', '//chat', 'negotiate'],
  ['/negotiate', '', 'negotiate'],
])('%s is a request below %s', (path, parentPath, action) => {
  expect(splitAction(path)).toEqual({ parentPath, action });
});

test.each([
  '/chat//negotiate',
  '/chat/negotiate//',
  '/chat%2fnegotiate',
  '/chat/negotiate%00',
  '/chat/%ff',
  '/chat/%',
  '/chat',
  'negotiate',
  '//negotiate',
  '',
])('%s is no request below a hub', (path) => {
  expect(splitAction(path).action).toBeUndefined();
});
