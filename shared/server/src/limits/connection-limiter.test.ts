import { expect, test } from 'vitest';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import type { UserIdRequest } from '../hubs/user-id-provider.ts';
import { checkConnectionLimits, ConnectionLimiter } from './connection-limiter.ts';

const from = (remoteAddress: string | undefined): ConnectionRequest =>
  ({ remoteAddress, headers: {} }) as ConnectionRequest;
const ada = { user: { sub: 'ada' } } as never;
const byName = { getUserId: ({ user }: UserIdRequest) => user?.['name'] as string };

test('connections of an address are counted, and free their place when they end', () => {
  const limiter = new ConnectionLimiter({ connectionsPerAddress: 1 }, byName);
  const remove = limiter.add(from('127.0.0.1'), undefined);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toMatchObject({ status: 429 });
  expect(limiter.refuse(from('127.0.0.2'), undefined)).toBeUndefined();
  remove();
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toBeUndefined();
});

test('clients whose address is not known are not limited by address', () => {
  const limits = { connections: 2, connectionsPerAddress: 1, connectionsPerUser: 1 };
  const limiter = new ConnectionLimiter({ ...limits, clientAddress: () => undefined }, byName);
  limiter.add(from('127.0.0.1'), undefined);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toBeUndefined();
  const remove = limiter.add(from('127.0.0.1'), ada);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toMatchObject({ status: 503 });
  remove();
  expect(limiter.refuse(from('127.0.0.1'), ada)).toBeUndefined();
});

test('connections count for the user id, and without one for the claims', () => {
  const limiter = new ConnectionLimiter({ connectionsPerUser: 1 }, byName);
  const ticketOf = (user: object): never => ({ user }) as never;
  const request = from('127.0.0.1');
  const isRefused = (user: object): boolean =>
    limiter.refuse(request, ticketOf(user)) !== undefined;
  const remove = limiter.add(request, ticketOf({ sub: '1', name: 'ann' }));
  expect(isRefused({ sub: '2', name: 'ann' })).toBe(true);
  expect(isRefused({ sub: '1', name: 'bob' })).toBe(false);
  expect(isRefused({ sub: '1' })).toBe(false);
  limiter.add(request, ticketOf({ sub: '1' }));
  expect(isRefused({ sub: '1' })).toBe(true);
  expect(limiter.refuse(request, undefined)).toBeUndefined();
  remove();
  expect(isRefused({ sub: '2', name: 'ann' })).toBe(false);
});

test('a user id provider that needs no authentication names users, and may throw', () => {
  const fromHeader = {
    getUserId({ request }: UserIdRequest): string {
      const name = request.headers['x-user'];
      if (name === undefined) throw new Error('no such header');
      return String(name);
    },
  };
  const limiter = new ConnectionLimiter({ connectionsPerUser: 1 }, fromHeader);
  const asUser = (name: string) => ({ ...from('127.0.0.1'), headers: { 'x-user': name } });
  for (const name of ['', '__proto__', '\ud800', 'two\nlines']) {
    const remove = limiter.add(asUser(name), undefined);
    expect(limiter.refuse(asUser(name), undefined)).toMatchObject({ status: 429 });
    remove();
    expect(limiter.refuse(asUser(name), undefined)).toBeUndefined();
  }
  limiter.add(from('127.0.0.1'), ada);
  expect(limiter.refuse(from('127.0.0.1'), ada)).toMatchObject({ status: 429 });
});

test.each(['connections', 'connectionsPerAddress', 'connectionsPerUser'] as const)(
  'the limit %s is refused if a service accepts the connections',
  (name) => {
    const negotiate = async () => undefined;
    expect(() => checkConnectionLimits('/hub', { [name]: 1 }, { negotiate })).toThrow(
      `'limits.${name}' of /hub cannot be applied`,
    );
    checkConnectionLimits('/hub', { [name]: 1 }, {});
    checkConnectionLimits('/hub', { groupNameLength: 1 }, { negotiate });
  },
);
