export type { Claims, Extension, Headers, Payloads } from './field-kinds.ts';
export { FrameReader, MAXIMUM_FRAME_SIZE } from './frame-reader.ts';
export { ServiceProtocolError } from './service-protocol-error.ts';
export { type MessageOf, type ServiceMessage, ServiceMessageType } from './service-message.ts';
export {
  readServiceMessage,
  ServiceMessageWriter,
  writeServiceMessage,
} from './service-protocol.ts';
export {
  longClaimTypes,
  shortClaimTypes,
  SYSTEM_CLAIM_PREFIX,
  USER_CLAIM_PREFIX,
} from './claim-types.ts';
