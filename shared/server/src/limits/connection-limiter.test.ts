import { expect, test } from 'vitest';
import type { ConnectionRequest } from '../connections/connection-request.ts';
import { ConnectionLimiter } from './connection-limiter.ts';

const from = (remoteAddress: string | undefined): ConnectionRequest =>
  ({ remoteAddress, headers: {} }) as ConnectionRequest;
const ada = { user: { sub: 'ada' } } as never;

test('connections of an address are counted, and free their place when they end', () => {
  const limiter = new ConnectionLimiter({ connectionsPerAddress: 1 });
  const remove = limiter.add(from('127.0.0.1'), undefined);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toMatchObject({ status: 429 });
  expect(limiter.refuse(from('127.0.0.2'), undefined)).toBeUndefined();
  remove();
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toBeUndefined();
});

test('clients whose address is not known are not limited by address', () => {
  const limiter = new ConnectionLimiter({
    connections: 2,
    connectionsPerAddress: 1,
    connectionsPerUser: 1,
    clientAddress: () => undefined as never,
  });
  limiter.add(from('127.0.0.1'), undefined);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toBeUndefined();
  const remove = limiter.add(from('127.0.0.1'), ada);
  expect(limiter.refuse(from('127.0.0.1'), undefined)).toMatchObject({ status: 503 });
  remove();
  expect(limiter.refuse(from('127.0.0.1'), ada)).toBeUndefined();
});
