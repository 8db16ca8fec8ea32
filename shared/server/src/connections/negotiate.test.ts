import { expect, test } from 'vitest';
import type { ConnectionManager } from './connection-manager.ts';
import { negotiate, type NegotiateRequest, writeTransports } from './negotiate.ts';

const connections = {
  negotiate: () => ({ connectionId: 'id', token: 'token' }),
} as unknown as ConnectionManager;

const request = (version: string, options: Partial<NegotiateRequest> = {}): unknown =>
  JSON.parse(
    negotiate(
      { version, useStatefulReconnect: false, user: () => undefined, ...options },
      0,
      writeTransports([
        { name: 'WebSockets', transferFormats: ['Text', 'Binary'], needsUpgrade: true },
      ]),
      connections,
    ),
  );

// All expected values are answers of ASP.NET Core 10.
test.each(['1', '01', '00000000001', '+1', ' 1', '1 ', '2147483647'])(
  'version %j is negotiated as version 1',
  (version) => {
    expect(request(version)).toMatchObject({ negotiateVersion: 1, connectionToken: 'token' });
  },
);

test.each([
  '',
  '1.0',
  '1e0',
  '0x1',
  '\uff11',
  '\u00a01',
  '2147483648',
  '-2147483649',
  '99999999999',
])('version %j is refused, because it is no 32-bit integer', (version) => {
  expect(request(version)).toEqual({
    error: 'The client requested a non-integer protocol version.',
  });
});

test('the response has the members of ASP.NET Core', () => {
  expect(request('1', { useStatefulReconnect: true, tokenLifetime: 60 })).toEqual({
    useStatefulReconnect: true,
    negotiateVersion: 1,
    connectionId: 'id',
    connectionToken: 'token',
    availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    tokenLifetimeSeconds: 60,
  });
  expect(request('0')).toEqual({
    negotiateVersion: 0,
    connectionId: 'id',
    availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
  });
});
