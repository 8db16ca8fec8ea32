import type { IncomingMessage } from 'node:http';
import { expect, test, vi } from 'vitest';
import { QueryParameters } from '../connections/connection-request.ts';
import { CollectingLogger } from '../testing/collecting-logger.ts';
import type { AuthenticateResult, AuthenticationHandler } from './authentication-handler.ts';
import { tokenLifetimeSeconds } from './authentication-refresh.ts';
import { type Authorize, isAuthorize, isAuthorized } from './authorization.ts';
import { RequestAuthentication } from './request-authentication.ts';
import { requestUser } from './request-user.ts';
import { withinTime } from './within-time.ts';

const request = {
  path: '/hub',
  query: new QueryParameters(''),
  params: {},
  headers: {},
  remoteAddress: undefined,
};
const context = { request, httpRequest: {} as IncomingMessage, socket: undefined };
const ticket = { user: { sub: 'ann' }, expiresAt: undefined };

function admit(
  result: AuthenticateResult,
  authorize?: Authorize,
  challenge?: AuthenticationHandler['challenge'],
  logger = new CollectingLogger(),
) {
  const authentication = {
    authenticate: () => result,
    ...(challenge === undefined ? {} : { challenge }),
  };
  const options = { authentication, authorize, handshakeTimeout: 1000, logger };
  return new RequestAuthentication(options).admit(context);
}

test('a handler that has answered ends the request, and others decide about it', async () => {
  expect(await admit({ handled: true, ticket }, true)).toEqual({ handled: true });
  expect(await admit({ handled: false, ticket }, true)).toEqual({
    ticket,
    hasExplicitCredentials: false,
  });
  expect(await admit({})).toEqual({});
  expect(await admit({ ticket, hasExplicitCredentials: true })).toEqual({
    ticket,
    hasExplicitCredentials: true,
  });
});

test('a caller without a ticket is refused, also without a challenge', async () => {
  expect(await admit({}, true)).toEqual({ refusal: { status: 401, headers: {} } });
  const refused = await admit({}, true, () => ({ 'WWW-Authenticate': 'Basic' }));
  expect(refused.refusal?.headers).toEqual({ 'WWW-Authenticate': 'Basic' });
});

test('a policy gets the request, and only true authorizes', async () => {
  const policy = vi.fn(() => true);
  expect((await admit({ ticket }, { policy })).ticket).toBe(ticket);
  expect(policy).toHaveBeenCalledWith(ticket.user, { request });
  expect(await admit({ ticket }, { policy: () => 1 as never })).toEqual({
    refusal: { status: 403, headers: {} },
  });
});

test('the cause of a failure is logged only if there is one', async () => {
  const logger = new CollectingLogger();
  await admit({ failure: new Error('expired') }, true, undefined, logger);
  expect(logger.linesOf('warn')).toEqual([]);
  await admit({ failure: new Error('no key', { cause: 'down' }) }, true, undefined, logger);
  expect(logger.linesOf('warn')).toEqual([expect.stringContaining('down')]);
});

test('nobody is authorized without a user, whatever the rule', () => {
  for (const rule of [true, { roles: [] }, { policy: () => true }] as const)
    expect(isAuthorized(rule, undefined, { request })).toBe(false);
  expect(isAuthorized(true, {}, { request })).toBe(true);
  expect(isAuthorized({ roles: ['a'] }, { role: 'b' }, { request })).toBe(false);
  expect(isAuthorized({ roles: ['b', 'a'] }, { role: 'a' }, { request })).toBe(true);
});

test('the verdict of a policy may be a promise of any library, and only true authorizes', async () => {
  const policyOf = (verdict: unknown) => () => {
    const promise: PromiseLike<unknown> = {
      then: (onFulfilled) => Promise.resolve(verdict).then(onFulfilled),
    };
    return promise as Promise<boolean>;
  };
  expect(await isAuthorized({ policy: policyOf(true) }, {}, { request })).toBe(true);
  expect(await isAuthorized({ policy: policyOf('yes') }, {}, { request })).toBe(false);
});

test.each<[unknown, boolean]>([
  [true, true],
  [false, false],
  [undefined, false],
  ['admin', false],
  [{}, false],
  [{ roles: ['a'] }, true],
  [{ roles: 'a' }, false],
  [{ roles: ['a', 7] }, false],
  [{ policy: () => true }, true],
  [{ policy: true }, false],
  [{ policie: () => true }, false],
  [{ roles: ['a'], polcy: () => true }, false],
])('%j is a valid rule: %s', (value, isValid) => {
  expect(isAuthorize(value)).toBe(isValid);
});

test('a token that expires in less than a second has no lifetime', () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const lifetime = (expiresAt: number | undefined) =>
    tokenLifetimeSeconds({ ...ticket, expiresAt });
  expect([1_001_999, 1_001_000, 1_000_999, 1_000_000, 999_000].map(lifetime)).toEqual([
    1,
    1,
    undefined,
    undefined,
    undefined,
  ]);
  expect(tokenLifetimeSeconds(undefined)).toBeUndefined();
  vi.useRealTimers();
});

test('work within the time leaves no timer behind', async () => {
  vi.useFakeTimers();
  expect(await withinTime(1000, Promise.resolve(7))).toBe(7);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test.each([
  [undefined, false],
  [null, false],
  [{ sub: 'ann' }, true],
])('the user %j of a request is a user: %s', async (user, isUser) => {
  const found = requestUser().authenticate({
    ...context,
    httpRequest: { user } as unknown as IncomingMessage,
  });
  expect((await found).ticket?.user).toEqual(isUser ? user : undefined);
  const chosen = requestUser({ user: () => user as never, expiresAt: () => 7 });
  expect((await chosen.authenticate(context)).ticket).toEqual(
    isUser ? { user, expiresAt: 7 } : undefined,
  );
});
