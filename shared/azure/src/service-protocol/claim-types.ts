// In a token, claims have short names. The service passes them to app servers under the long names
// of .NET.
const soap = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
const microsoft = 'http://schemas.microsoft.com/';

/**
 * The long names of claims by their short names.
 * Source: `JwtSecurityTokenHandler.DefaultInboundClaimTypeMap` of .NET.
 */
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

/**
 * The short names of claims by their long names. If two short names share a long name, the first
 * one.
 */
export const shortClaimTypes: ReadonlyMap<string, string> = new Map(
  [...longClaimTypes].reverse().map(([short, long]) => [long, short]),
);

/** The prefix of claims that are for the service, not for the hub. */
export const SYSTEM_CLAIM_PREFIX = 'asrs.s.';

/**
 * The prefix of a user's claims whose names have another meaning in the token or for the service.
 */
export const USER_CLAIM_PREFIX = 'asrs.u.';
