import { expect, test } from 'vitest';
import { type Claims, longClaimTypes } from '../service-protocol/index.ts';
import { clientClaims, type ClientTokenSettings, openedClient } from './client-claims.ts';

const plain: ClientTokenSettings = {
  isDiagnosticClient: false,
  endpointCount: 1,
  closeOnAuthenticationExpiration: false,
};
const hub = {
  userIdentifier: undefined,
  transports: ['WebSockets', 'ServerSentEvents', 'LongPolling'],
  handshakeTimeout: 15_000,
  enableDetailedErrors: false,
  closeOnAuthenticationExpiration: false,
} as const;

/** Returns the claims as the service forwards them: long names, strings, one entry per value. */
function throughService(payload: Record<string, unknown>): Claims {
  return Object.entries(payload).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [
      longClaimTypes.get(name) ?? name,
      typeof one === 'string' ? one : JSON.stringify(one),
    ]),
  );
}

test('a user passes through the service unchanged, with any names and types of claims', () => {
  const user = {
    sub: '1',
    nameid: 'n',
    role: ['a', 'b'],
    roles: 'c',
    email: 'e@x',
    exp: 1_900_000_000,
    iss: 'me',
    jti: 'x',
    level: 5,
    admin: false,
    nested: { a: [1] },
    list: [1, 2],
    single: ['one'],
    unique_name: 'u',
    name: 'Ada',
    'asrs.s.uid': 'fake',
  };
  const claims = throughService(clientClaims(user, { ...hub, userIdentifier: 'ada' }, plain));
  expect(openedClient(claims)).toEqual({ user, userIdentifier: 'ada', expiresAt: undefined });
  expect(
    claims.filter(([name]) => name === longClaimTypes.get('role')).map(([, value]) => value),
  ).toEqual(['a', 'b']);
});

test('an anonymous client has no claims and stays anonymous', () => {
  expect(clientClaims(undefined, hub, plain)).toEqual({});
  expect(
    openedClient([
      ['asrs.s.uid', 'x'],
      ['aud', 'y'],
      ['exp', '1'],
    ]),
  ).toEqual({
    user: undefined,
    userIdentifier: 'x',
    expiresAt: undefined,
  });
});

test('system claims are in order, and only those that differ from a default are sent', () => {
  const claims = clientClaims(
    { sub: 'u', exp: 2_000_000_000 },
    {
      userIdentifier: 'u',
      transports: ['LongPolling', 'WebSockets'],
      handshakeTimeout: 5000,
      enableDetailedErrors: true,
      closeOnAuthenticationExpiration: false,
    },
    {
      sticky: { serverId: 's', mode: 'Required' },
      isDiagnosticClient: true,
      endpointCount: 2,
      maximumPollInterval: 9,
      closeOnAuthenticationExpiration: true,
    },
  );
  const system = Object.entries(claims).filter(([name]) => name.startsWith('asrs.s.'));
  expect(system.map(([name, value]) => `${name.slice(7)}=${String(value)}`).join(' ')).toBe(
    'uid=u sn=s ssticky=Required dc=true cht=5 secn=2 derror=True ttl=9 htt=5 coae=true aeo=2000000000',
  );
  expect(openedClient(throughService(claims)).expiresAt).toBe(2_000_000_000_000);
});

test('the claims of a .NET app have short names in Node', () => {
  const claims: Claims = [
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier', 'bob'],
    ['asrs.u.iss', 'https://issuer.example'],
    ['http://schemas.microsoft.com/ws/2008/06/identity/claims/role', 'admin'],
    ['asrs.s.aut', 'Cookies'],
  ];
  expect(openedClient(claims).user).toEqual({
    sub: 'bob',
    iss: 'https://issuer.example',
    role: 'admin',
  });
});

test('a claim may have three values, and claims without a value are left out', () => {
  const user = { role: ['a', 'b', 'c'], empty: null, missing: undefined, method: () => 1 };
  const claims = throughService(clientClaims(user, hub, plain));
  expect(openedClient(claims).user).toEqual({ role: ['a', 'b', 'c'] });
});
