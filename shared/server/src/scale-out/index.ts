export type {
  ConnectionCloser,
  HubLifetimeManager,
  NegotiatedHub,
  NegotiateRedirect,
} from './hub-lifetime-manager.ts';
export type { LifetimeConnection } from './lifetime-connection.ts';
export type { ClaimableRecord, DepartingConnection, HandOver, StoredRecord } from './hand-over.ts';
export { NegotiateError } from './negotiate-error.ts';
export type {
  AcceptedClient,
  BackplaneSharing,
  HubLifetimeManagerFactory,
  ScaleOutHub,
  SharedBackplane,
  WorkerPort,
} from './scale-out-hub.ts';
export type { HealthReport, HealthReportEntry, HealthStatus } from './health-report.ts';
export { ConnectionIndex, deliver, type Receivers } from './connection-index.ts';
export {
  checkPresenceFilter,
  checkPresencePage,
  type HubPresence,
  type PresenceChange,
  type PresenceFilter,
  type PresenceListener,
  type PresenceLists,
  type PresencePage,
  type PresencePageOptions,
  type PresentConnection,
  readPresenceCursor,
  writePresenceCursor,
} from './hub-presence.ts';
export { PresenceListeners } from './presence-listeners.ts';
export { LocalLifetimeManager } from './local-lifetime-manager.ts';
export { ClientResultsManager, newInvocationId, sendInvocation } from './client-results-manager.ts';
export { SharedMessage } from './shared-message.ts';
export {
  comparePositions,
  POSITION_METHOD,
  REACHED_METHOD,
  type RecoveryFailure,
  type RecoveryReply,
  type RecoveryRequest,
  RESYNC_METHOD,
} from '../client/recovery-messages.ts';
export { ConnectionNotFoundError } from '../errors.ts';
export { HubError } from '../hub-error.ts';
export { type ConnectionRequest, QueryParameters } from '../connections/connection-request.ts';
export type { ClaimsPrincipal } from '../connections/claims-principal.ts';
export type { Transport, TransportEvents } from '../connections/transport.ts';
export type { TransportName } from '../transport-name.ts';
export { SharedPayload } from '../connections/shared-payload.ts';
export { type Logger, safeLogger } from '../logger.ts';
export type { CompletionMessage, HubMessage, HubProtocol } from '@practical-signalr/protocol';
export { JsonHubProtocol, MessagePackHubProtocol, MessageType } from '@practical-signalr/protocol';
export { Deadline } from '../connections/deadline.ts';
export { Gate } from '../connections/gate.ts';
export { FifoQueue } from '../queue/fifo-queue.ts';
export { RunningClock } from '../connections/running-clock.ts';
export { MAXIMUM_TIME } from '../maximum-time.ts';
export {
  createError,
  type CodedError,
  type CreateErrorOptions,
  type ErrorCode,
} from '@practical-signalr/protocol';
