/** The stable identity of an error. Codes do not change between releases; messages may. */
export type ErrorCode = `ERR_SIGNALR_${string}`;

/** An error that carries its code, as the errors of Node do. */
export type CodedError = Error & { readonly code: ErrorCode };

/** What `createError` takes besides the code and the message. */
export interface CreateErrorOptions {
  /** The class of the error. Default: `Error`. */
  readonly type?: new (message: string, options?: ErrorOptions) => Error;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/**
 * Creates an error with a stable code. Each package keeps its errors in one file, `errors.ts`.
 * @example
 * throw createError('ERR_SIGNALR_PATH_IN_USE', "A hub is already mapped at '/chat'. Map each path once.");
 */
export function createError(
  code: ErrorCode,
  message: string,
  options: CreateErrorOptions = {},
): CodedError {
  const { type: ErrorType = Error, ...errorOptions } = options;
  return Object.assign(new ErrorType(message, errorOptions), { code });
}
