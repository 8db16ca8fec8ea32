import { expect, test } from 'vitest';
import type { ClaimsPrincipal } from '../connections/claims-principal.ts';
import { identityOf, isSameUser, nameIdentifier, rolesOf } from './claims.ts';

test.each([
  [{ sub: 'a', nameid: 'b' }, 'a'],
  [{ nameid: 'b', id: 'c' }, 'b'],
  [{ 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier': 'c' }, 'c'],
  [{ id: 7 }, '7'],
  [{ id: 7n }, '7'],
  [{ name: 'Nobody' }, undefined],
  [{ sub: { a: 1 } }, undefined],
  [undefined, undefined],
])('the id of %o is %s', (user, id) => {
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
  [{ name: 'a', age: 1 }, { age: 1, name: 'a' }, true],
  [{ sub: 'a', x: 1 }, { name: 'b' }, false],
  [{ name: 'b' }, { sub: 'a' }, false],
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

test('the identity of a user is the id, or all claims that every token of the user has', () => {
  expect(identityOf(undefined)).toBeUndefined();
  expect(identityOf({ sub: 'a', role: 'x' })).toBe('id a');
  const claims = identityOf({ name: 'a', age: 1, iat: 5 });
  expect(claims).toMatch(/^claims .*name.*'a'/s);
  expect(identityOf({ iat: 9, age: 1, name: 'a' })).toBe(claims);
  expect(identityOf({ name: 'b', age: 1 })).not.toBe(claims);
});
