/** A message that cannot be read. The text is ASP.NET Core's; clients see it only with detailed errors. */
export class ProtocolError extends Error {
  override readonly name: string = 'InvalidDataException';
}

/** A message that is larger than the limit. */
export class MessageTooLargeError extends ProtocolError {
  readonly maximumMessageSize: number;
  constructor(text: string, maximumMessageSize: number) {
    super(text);
    this.maximumMessageSize = maximumMessageSize;
  }
}
