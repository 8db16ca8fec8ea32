import type { ErrorCode } from './create-error.ts';

/**
 * A message that cannot be read. Its text is that of ASP.NET Core. Clients see it only if
 * `enableDetailedErrors` is on.
 */
export class ProtocolError extends Error {
  override readonly name: string = 'InvalidDataException';
  readonly code: ErrorCode = 'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE';
}

/** A number that is not an integer of the expected size. The name is that of .NET. */
export class NumberFormatError extends ProtocolError {
  override readonly name: string = 'FormatException';
}

/** A string that is not valid Unicode, or a value of another type. The name is that of .NET. */
export class InvalidStringError extends ProtocolError {
  override readonly name: string = 'InvalidOperationException';
}

/** Text that is not valid JSON. The name is that of .NET. */
export class JsonSyntaxError extends ProtocolError {
  override readonly name: string = 'JsonReaderException';
}

/** A MessagePack message that ends before its last value. The name is that of .NET. */
export class EndOfMessageError extends ProtocolError {
  override readonly name: string = 'EndOfStreamException';
}

/** A MessagePack value of another type. The name is that of MessagePack-CSharp. */
export class UnexpectedCodeError extends ProtocolError {
  override readonly name: string = 'MessagePackSerializationException';
}

/** A message that is larger than the limit. */
export class MessageTooLargeError extends ProtocolError {
  override readonly code: ErrorCode = 'ERR_SIGNALR_PROTOCOL_MESSAGE_TOO_LARGE';
  /** The limit, in bytes. */
  readonly maximumMessageSize: number;

  constructor(message: string, maximumMessageSize: number) {
    super(message);
    this.maximumMessageSize = maximumMessageSize;
  }
}
