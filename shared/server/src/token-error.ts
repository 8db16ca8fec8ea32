import { createError, type ErrorCode } from '@practical-signalr/protocol';

/** A token that is not valid. The log receives its message. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: ErrorCode = 'ERR_SIGNALR_TOKEN_REJECTED';
  /** The description that the client receives, as in ASP.NET Core. Undefined if it gets none. */
  readonly description: string | undefined = undefined;
}

/** Creates the error of a token. The client receives its message, too. */
export function describedTokenError(
  code: ErrorCode,
  description: string,
  cause?: unknown,
): TokenError {
  const options = cause === undefined ? {} : { cause };
  const error = createError(code, description, { type: TokenError, ...options });
  return Object.assign(error, { description });
}
