/** What the names of secrets contain: of headers, query parameters and members of responses. */
const secretWords =
  /auth(?:orization)?(?:$|[-_])|cookie|token|secret|passw|api[-_]?key|subscription-key|functions-key|jwt|session|signature|credential/i;
/** Names that are secrets only if their value is long enough to be one. */
const ambiguousNames = /^(?:key|code|sig|x-key)$/i;
const MINIMUM_AMBIGUOUS = 16;

/** Parameters of SignalR that identify a connection or a request, in lower case. */
const connectionParameters = new Set(['id', 'asrs_request_id']);

/** Returns whether a header, a query parameter or a member of a response is a secret. */
export function isSecret(name: string, value: string): boolean {
  return secretWords.test(name) || (ambiguousNames.test(name) && value.length >= MINIMUM_AMBIGUOUS);
}

/** Returns whether a query parameter is a secret. Names are case-insensitive. */
export function isSecretParameter(name: string, value: string): boolean {
  return connectionParameters.has(name.toLowerCase()) || isSecret(name, value);
}
