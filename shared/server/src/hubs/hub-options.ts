import type { ResolvedOptions } from '../server-options.ts';

/** The options that the connections and the dispatcher of a hub read, with all defaults applied. */
export type HubOptions = Pick<
  ResolvedOptions,
  | 'keepAliveInterval'
  | 'clientTimeoutInterval'
  | 'handshakeTimeout'
  | 'maximumReceiveMessageSize'
  | 'maximumParallelInvocationsPerClient'
  | 'streamBufferCapacity'
  | 'enableDetailedErrors'
  | 'exposeValidationErrors'
  | 'statefulReconnectBufferSize'
  | 'disconnectTimeout'
  | 'sendTimeout'
  | 'shutdownTimeout'
  | 'protocols'
  | 'userIdProvider'
  | 'filters'
  | 'logger'
>;
