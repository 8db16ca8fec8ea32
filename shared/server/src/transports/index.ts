// For servers that relay connections, as Azure SignalR Service does.
export { endSocket } from './web-socket/end-socket.ts';
export { asksForHttp2, serveWithoutUpgrade } from './web-socket/serve-without-upgrade.ts';
export { LongPollingTransport, noCache, type PollTimes } from './long-polling.ts';
export { ServerSentEventsTransport } from './server-sent-events.ts';
export { WebSocketTransport } from './web-sockets.ts';
export { WriteBatcher } from './write-batcher.ts';
export type { BufferedTransport, SendLimits } from './buffered-transport.ts';
export { findTransport, transportDefinitions, transportNames } from './find-transport.ts';
export type { TransportName } from './registry.ts';
export type {
  HttpTransport,
  HttpTransportDefinition,
  TransportDefinition,
  UpgradeTransportDefinition,
} from './transport-definition.ts';
export { type HttpRefusal, type HttpTransportHost, serveHttpTransport } from './http-transports.ts';
export { ConnectionContext } from '../connections/connection-context.ts';
export { ConnectionManager, type NegotiatedConnection } from '../connections/connection-manager.ts';
export {
  type ConnectionRequest,
  connectionRequest,
  resolveTarget,
  splitTarget,
} from '../connections/connection-request.ts';
export { RunningClock } from '../connections/running-clock.ts';
export { Gate } from '../connections/gate.ts';
export { answer, plainText } from '../connections/http-answer.ts';
export { PostQueue, type PostResult } from '../connections/post-queue.ts';
export { SharedPayload } from '../connections/shared-payload.ts';
export type { Transport, TransportEvents } from '../connections/transport.ts';
