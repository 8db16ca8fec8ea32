import type { ErrorCode } from '@practical-signalr/protocol';

/** A token that is not valid. The log receives its message. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: ErrorCode = 'ERR_SIGNALR_TOKEN_REJECTED';
  /** What the client is told, in the words of ASP.NET Core. Undefined: nothing. */
  readonly description: string | undefined = undefined;
}
