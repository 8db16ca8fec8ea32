/** The stable identity of an error. Codes do not change between releases; messages may. */
export type ErrorCode = `ERR_SIGNALR_${string}`;

/** An error with a code, like the errors of Node. */
export type CodedError<TError extends Error = Error> = TError & { readonly code: ErrorCode };

/** The options of {@link createError}. */
export interface CreateErrorOptions<TError extends Error = Error> {
  /** The class of the error. Default: `Error`. */
  readonly type?: new (message: string, options?: ErrorOptions) => TError;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/**
 * Creates an error with a stable code. Each package keeps its errors in one file, `errors.ts`.
 * @example
 * throw createError('ERR_SIGNALR_PATH_IN_USE', "A hub is already mapped at '/chat'.");
 */
export function createError<TError extends Error = Error>(
  code: ErrorCode,
  message: string,
  options: CreateErrorOptions<TError> = {},
): CodedError<TError> {
  const { type, ...errorOptions } = options;
  const error =
    type === undefined ? new Error(message, errorOptions) : new type(message, errorOptions);
  return Object.assign(error as TError, { code });
}
