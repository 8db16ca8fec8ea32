/**
 * The verified claims of a user by their names in the token, for example `sub` and `role`.
 * Source: `ClaimsPrincipal` of .NET, RFC 7519 section 4.
 */
export type ClaimsPrincipal = Readonly<Record<string, unknown>>;
