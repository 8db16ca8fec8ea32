import { createError, type ErrorCode } from './create-error.ts';
import {
  EndOfMessageError,
  InvalidStringError,
  JsonSyntaxError,
  MessageTooLargeError,
  NumberFormatError,
  ProtocolError,
  UnexpectedCodeError,
} from './protocol-error.ts';
import { wireMessages } from './wire-messages.ts';

const protocolError = (code: ErrorCode, message: string) =>
  createError(code, message, { type: ProtocolError });

/** The errors of this package. The page `errors.md` of the documentation explains their codes. */
export const errors = {
  invalidJson: (cause?: unknown) =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_JSON', wireMessages.errorReadingJson, {
      type: ProtocolError,
      cause,
    }),
  jsonSyntax: (message: string, line: number, byte: number) =>
    createError(
      'ERR_SIGNALR_PROTOCOL_INVALID_JSON',
      `${message} ${wireMessages.jsonSyntax.position(line, byte)}`,
      { type: JsonSyntaxError },
    ),
  unexpectedJsonToken: (token: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_JSON', wireMessages.unexpectedJsonToken(token)),
  jsonTooDeep: (limit: number) =>
    createError('ERR_SIGNALR_PROTOCOL_TOO_DEEP', wireMessages.errorReadingJson, {
      type: ProtocolError,
      cause: new Error(wireMessages.tooDeep(limit)),
    }),
  invalidMessagePack: () =>
    protocolError(
      'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK',
      wireMessages.errorReadingMessagePack,
    ),
  bytesLeftOver: () =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK', wireMessages.bytesLeftOver),
  endOfMessagePack: () =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK', wireMessages.endOfMessagePack, {
      type: EndOfMessageError,
    }),
  unexpectedMessagePackCode: (code: number, name: string) =>
    createError(
      'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE_PACK',
      wireMessages.unexpectedMessagePackCode(code, name),
      { type: UnexpectedCodeError },
    ),
  messagePackTooDeep: (limit: number) =>
    protocolError('ERR_SIGNALR_PROTOCOL_TOO_DEEP', wireMessages.tooDeepMessagePack(limit)),
  missingProperty: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.missingProperty(name)),
  handshakePropertyMissing: (name: string, content: string) =>
    protocolError(
      'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE',
      `${wireMessages.missingProperty(name)} ${wireMessages.messageContent(content)}`,
    ),
  wrongPropertyType: (name: string, type: string) =>
    protocolError(
      'ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE',
      wireMessages.wrongPropertyType(name, type),
    ),
  expectedBoolean: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.expectedBoolean(name)),
  wrongHeaderType: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.wrongHeaderType(name)),
  numberOutOfBounds: (type: string) =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.numberOutOfBounds(type), {
      type: NumberFormatError,
    }),
  incompleteSurrogatePair: () =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.incompleteSurrogatePair, {
      type: InvalidStringError,
    }),
  invalidSurrogate: (unit: number) =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.invalidSurrogate(unit), {
      type: InvalidStringError,
    }),
  nullValue: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.nullValue(name)),
  tokenNotString: (token: string) =>
    createError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.tokenNotString(token), {
      type: InvalidStringError,
    }),
  resultAndError: () =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.resultAndError),
  readingFailed: (name: string, type: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.readingFailed(name, type)),
  readingArrayFailed: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.readingArrayFailed(name)),
  readingMapFailed: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.readingMapFailed(name)),
  nullOrEmpty: (name: string) =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.nullOrEmpty(name)),
  invalidResultKind: () =>
    protocolError('ERR_SIGNALR_PROTOCOL_INVALID_MESSAGE', wireMessages.invalidResultKind),
  messageOver2Gb: () =>
    createError('ERR_SIGNALR_PROTOCOL_MESSAGE_TOO_LARGE', wireMessages.messageOver2Gb, {
      type: NumberFormatError,
    }),
  messageTooLarge: (limit: number) =>
    new MessageTooLargeError(wireMessages.messageTooLarge(limit), limit),
} as const;
