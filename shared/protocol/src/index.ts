export {
  MessageType,
  type AckMessage,
  type CancelInvocationMessage,
  type CloseMessage,
  type CompletionMessage,
  type HubMessage,
  type InvocationMessage,
  type PingMessage,
  type SequenceMessage,
  type StreamInvocationMessage,
  type StreamItemMessage,
} from './hub-message.ts';
export type { HubProtocol, MessageReader, TransferFormat } from './hub-protocol.ts';
export {
  JsonHubProtocol,
  type JsonHubProtocolOptions,
  type PayloadSerializer,
} from './json-hub-protocol.ts';
export {
  MessagePackHubProtocol,
  type MessagePackHubProtocolOptions,
  type MessagePackPayloadSerializer,
} from './message-pack-hub-protocol.ts';
export { HandshakeReader, writeHandshakeResponse, type HandshakeRequest } from './handshake.ts';
export { RECORD_SEPARATOR, TextRecordReader } from './text-record-reader.ts';
export { BinaryMessageReader } from './binary-message-reader.ts';
export { MessageTooLargeError, ProtocolError } from './protocol-error.ts';
export {
  createError,
  type CodedError,
  type CreateErrorOptions,
  type ErrorCode,
} from './create-error.ts';
