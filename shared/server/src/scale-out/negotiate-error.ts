/** A client cannot be sent elsewhere now. Its text and status are the answer to the client. */
export class NegotiateError extends Error {
  override readonly name = 'NegotiateError';
  /** The HTTP status of the answer. */
  readonly statusCode: number;

  constructor(text: string, statusCode = 500) {
    super(text);
    this.statusCode = statusCode;
  }
}
