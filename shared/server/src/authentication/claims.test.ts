import { expect, test } from 'vitest';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import { isSameUser, nameIdentifier, rolesOf } from './claims.ts';

test.each([
  [{ sub: 'a', nameid: 'b' }, 'a'],
  [{ nameid: 'b', id: 'c' }, 'b'],
  [{ 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier': 'c' }, 'c'],
  [{ id: 7 }, '7'],
  [{ name: 'Nobody' }, undefined],
  [{ sub: { a: 1 } }, undefined],
  [undefined, undefined],
])('the id of %j is %s', (user, id) => {
  expect(nameIdentifier(user)).toBe(id);
});

test.each([
  [undefined, undefined, true],
  [undefined, { sub: 'a' }, false],
  [{ sub: 'a' }, undefined, false],
  [{ sub: 'a', role: 'admin', iat: 1 }, { sub: 'a', iat: 2 }, true],
  [{ sub: 'a' }, { sub: 'b' }, false],
  [{ sub: 'a' }, { name: 'a' }, false],
  [{ name: 'a', iat: 1, exp: 2, jti: 'x' }, { exp: 3, name: 'a' }, true],
  [{ name: 'a' }, { name: 'b' }, false],
  [{}, {}, true],
])('tickets of %j and %j belong to the same user: %s', (first, second, same) => {
  const ticketOf = (user: ClaimsPrincipal | undefined) =>
    user === undefined ? undefined : { user };
  expect(isSameUser(ticketOf(first), ticketOf(second))).toBe(same);
});

test('roles are read from every role claim', () => {
  const long = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';
  expect(rolesOf({ role: 'a', roles: ['b', 'c'], [long]: 'd' })).toEqual(['a', 'b', 'c', 'd']);
});
