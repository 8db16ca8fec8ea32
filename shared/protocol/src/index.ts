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
export { JsonHubProtocol, type JsonHubProtocolOptions } from './json/json-hub-protocol.ts';
export {
  MessagePackHubProtocol,
  type MessagePackHubProtocolOptions,
} from './message-pack/message-pack-hub-protocol.ts';
export type { PayloadSerializer } from './json/payload-serializer.ts';
export type { MessagePackPayloadSerializer } from './message-pack/message-pack-payload-serializer.ts';
export { HandshakeReader, writeHandshakeResponse, type HandshakeRequest } from './handshake.ts';
export { RECORD_SEPARATOR, TextRecordReader } from './json/text-record-reader.ts';
export { BinaryMessageReader } from './message-pack/binary-message-reader.ts';
export { MessageTooLargeError, ProtocolError } from './protocol-error.ts';
export {
  createError,
  type CodedError,
  type CreateErrorOptions,
  type ErrorCode,
} from './create-error.ts';
