import { expect, test } from 'vitest';
import type { ConnectionContext } from '../../connections/connection-context.ts';
import { type ConnectionRequest, QueryParameters } from '../../connections/connection-request.ts';
import { CollectingLogger } from '../../testing/collecting-logger.ts';
import type { HubOptions } from '../hub-options.ts';
import type { UserIdRequest } from '../user-id-provider.ts';
import { getUserIdentifier, readUserId } from './user-identifier.ts';

const request = {
  query: new QueryParameters('access_token=hunter2-hunter2'),
  headers: {},
} as ConnectionRequest;

function identify(getUserId: (request: UserIdRequest) => unknown, known?: string | null) {
  const logger = new CollectingLogger();
  const ticket = { user: { sub: 'ada' } };
  const context = { connectionId: 'c', userIdentifier: known, ticket } as unknown;
  const options = { userIdProvider: { getUserId }, logger } as unknown as HubOptions;
  return { userId: getUserIdentifier(context as ConnectionContext, request, options), logger };
}

test('the provider receives the user and the request, and may return a string or a number', () => {
  const requests: UserIdRequest[] = [];
  const read = (userId: unknown): string | undefined | null =>
    identify((one) => {
      requests.push(one);
      return userId;
    }).userId;
  expect(['ada', '', 5, 5n, null, undefined].map(read)).toEqual([
    'ada',
    '',
    '5',
    '5',
    undefined,
    undefined,
  ]);
  expect(requests[0]).toEqual({ user: { sub: 'ada' }, request });
});

test('another value is refused', () => {
  const provider = { getUserId: () => Promise.resolve('ada') as unknown as string };
  expect(() => readUserId(provider, { user: undefined, request })).toThrow('object');
  expect(identify(() => ({})).userId).toBeNull();
});

test('an error of the provider is logged without the token of the client', () => {
  const { userId, logger } = identify(() => {
    throw new Error('no user for hunter2-hunter2');
  });
  expect(userId).toBeNull();
  expect(logger.linesOf('error')).toEqual([expect.stringContaining('c')]);
  expect(logger.lines[0]).toContain('no user for');
  expect(logger.lines[0]).not.toContain('hunter2-hunter2');
});

test('the user id of another service is used, and its null means that there is no user', () => {
  const provider = (): string => 'other';
  expect(identify(provider, 'ada').userId).toBe('ada');
  expect(identify(provider, null).userId).toBeUndefined();
});
