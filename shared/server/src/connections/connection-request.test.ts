import { expect, test } from 'vitest';
import { resolveTarget } from './connection-request.ts';

test.each([
  ['/chat?id=1', '/chat?id=1'],
  ['/chat?a=1?2', '/chat?a=1?2'],
  ['//other.example/chat?id=1', '//other.example/chat?id=1'],
  ['//other.example:x', '//other.example:x'],
  ['http://other.example/chat?id=1', '/chat?id=1'],
  ['HTTPS://user:password@other.example?id=1', '/?id=1'],
  ['http://other.example//third.example/chat', '//third.example/chat'],
  ['http://[', '/'],
  ['\\\\other.example/chat', '//other.example/chat'],
  ['//', '//'],
  ['///', '///'],
  ['*', '/*'],
  ['', '/'],
])("the request target '%s' leads to the server itself", (target, expected) => {
  const server = new URL('http://127.0.0.1:5000/ignored?ignored#ignored');
  expect(resolveTarget(target, server).href).toBe(`http://127.0.0.1:5000${expected}`);
});
