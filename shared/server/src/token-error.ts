import type { ErrorCode } from '@practical-signalr/protocol';

/** A token that is not valid. The log receives its message. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: ErrorCode = 'ERR_SIGNALR_TOKEN_REJECTED';
  /** The description that the client receives, as in ASP.NET Core. Undefined if it gets none. */
  readonly description: string | undefined = undefined;
}
