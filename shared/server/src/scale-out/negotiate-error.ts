import type { ErrorCode } from '@practical-signalr/protocol';

/**
 * Thrown by `negotiate` of a lifetime manager if clients cannot be served now. The client receives
 * its message and status.
 * @example
 * throw new NegotiateError('No endpoint is online. Try again later.', 503);
 */
export class NegotiateError extends Error {
  override readonly name = 'NegotiateError';
  readonly code: ErrorCode = 'ERR_SIGNALR_NEGOTIATION_REFUSED';
  /** The HTTP status of the response. Default 500. */
  readonly statusCode: number;

  constructor(message: string, statusCode = 500) {
    super(message);
    this.statusCode = statusCode;
  }
}
