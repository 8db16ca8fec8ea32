import {
  ClientClosedError as RedisClientClosedError,
  ConnectionTimeoutError,
  ErrorReply,
  SimpleError as RedisSimpleError,
  SocketClosedUnexpectedlyError,
} from '@redis/client';
import { expect, test } from 'vitest';
import { causes } from '../causes.ts';
import { explainRedisError, isRefusal } from './explain-redis-error.ts';

class ClientOfflineError extends Error {}
class SimpleError extends Error {}

const withCode = (code: string, message = 'failed'): Error =>
  Object.assign(new Error(message), { code });

test.each([
  [undefined, causes.unavailable],
  [null, causes.unavailable],
  [{ name: 'ConnectionTimeoutError' }, causes.timedOut],
  [new AggregateError([withCode('ECONNREFUSED')]), causes.connectionRefused],
  [new AggregateError([]), causes.unavailable],
  [new ClientOfflineError('offline'), causes.unavailable],
  [withCode('ECONNRESET'), causes.connectionClosed],
  [withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), /certificate/i],
  [withCode('DEPTH_ZERO_SELF_SIGNED_CERT'), /certificate/i],
  [new SimpleError('OOM command not allowed'), causes.outOfMemory],
  [new SimpleError("NOPERM this user has no permissions to run the 'publish' command"), /PUBLISH/],
  [new SimpleError('NOPERM no permissions'), /PUBLISH or SUBSCRIBE/],
  [new SimpleError('BUSY Redis is busy'), 'Redis reports: BUSY Redis is busy.'],
  [new SimpleError('ERR The end.'), 'Redis reports: ERR The end.'],
  [new SimpleError("ERR unknown command 'HELLO'"), causes.versionTooOld],
  [
    new SimpleError("ERR unknown command 'eval', with args: 'secret'"),
    causes.unknownCommand('EVAL'),
  ],
  [new SimpleError('ERR unknown command `zadd`, with args'), causes.unknownCommand('ZADD')],
  [new SimpleError('the password is secret'), causes.unavailable],
])('the cause of %s is one sentence', (error, expected) => {
  const cause = explainRedisError(error, true);
  if (typeof expected === 'string') expect(cause).toBe(expected);
  else expect(cause).toMatch(expected);
  expect(cause).not.toContain('secret');
});

test('a connection that is reset before it was ready may need TLS', () => {
  expect(explainRedisError(withCode('ECONNRESET'), false)).toBe(causes.tlsMismatch);
});

test('only replies of Redis are refusals', () => {
  expect(isRefusal(new SimpleError('OOM'))).toBe(true);
  expect(isRefusal(new ClientOfflineError('offline'))).toBe(false);
  expect(isRefusal('OOM')).toBe(false);
});

test('errors of @redis/client are recognized if a minifier has renamed their classes', () => {
  class a extends ConnectionTimeoutError {}
  class b extends SocketClosedUnexpectedlyError {}
  class c extends RedisClientClosedError {}
  class d extends RedisSimpleError {}
  class e extends ErrorReply {}
  expect(explainRedisError(new a(), true)).toBe(causes.timedOut);
  expect(explainRedisError(new b(), true)).toBe(causes.connectionClosed);
  expect(explainRedisError(new c(), true)).toBe(causes.unavailable);
  expect([new a(), new b(), new c(), new d('OOM'), new e('OOM')].map(isRefusal)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});
