// For servers that are not SignalR's own: one that relays connections, as Azure SignalR Service does.
export { LongPollingTransport, noCache, type PollTimes } from './long-polling.ts';
export { ServerSentEventsTransport } from './server-sent-events.ts';
export { WebSocketTransport } from './web-sockets.ts';
export { WriteBatcher } from './write-batcher.ts';
export type { BufferedTransport, SendLimits } from './buffered-transport.ts';
export { PostQueue, type PostResult } from '../connections/post-queue.ts';
export { SharedPayload } from '../connections/shared-payload.ts';
export {
  transferFormats,
  transportNames,
  type Transport,
  type TransportEvents,
  type TransportName,
} from '../connections/transport.ts';
