// The service shows servers the long names that .NET gives to the short ones of tokens.
const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
const microsoft = 'http://schemas.microsoft.com/';

/** Long names of claims by their short ones. Source: `JwtSecurityTokenHandler.DefaultInboundClaimTypeMap` of .NET. */
export const longClaimTypes: ReadonlyMap<string, string> = new Map([
  ['sub', `${soap}nameidentifier`],
  ['nameid', `${soap}nameidentifier`],
  ['unique_name', `${soap}name`],
  ['role', `${microsoft}ws/2008/06/identity/claims/role`],
  ['roles', `${microsoft}ws/2008/06/identity/claims/role`],
  ['email', `${soap}emailaddress`],
  ['given_name', `${soap}givenname`],
  ['family_name', `${soap}surname`],
  ['gender', `${soap}gender`],
  ['birthdate', `${soap}dateofbirth`],
  ['website', `${soap}webpage`],
  ['upn', `${soap}upn`],
  ['actort', 'http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor'],
  ['oid', `${microsoft}identity/claims/objectidentifier`],
  ['tid', `${microsoft}identity/claims/tenantid`],
  ['scp', `${microsoft}identity/claims/scope`],
  ['idp', `${microsoft}identity/claims/identityprovider`],
  ['acr', `${microsoft}claims/authnclassreference`],
  ['amr', `${microsoft}claims/authnmethodsreferences`],
]);

/** Short names of claims by their long ones; where two short names have one long name, the first of the list. */
export const shortClaimTypes: ReadonlyMap<string, string> = new Map(
  [...longClaimTypes].reverse().map(([short, long]) => [long, short]),
);

/** Starts the names of claims that are for the service and not for the hub. */
export const SYSTEM_CLAIM_PREFIX = 'asrs.s.';

/** Starts the names of a user's claims that would otherwise mean something else. */
export const USER_CLAIM_PREFIX = 'asrs.u.';
