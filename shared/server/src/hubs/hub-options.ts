import type { ResolvedOptions } from '../server-options.ts';
import type { ServerActivity } from './server-activity.ts';

/** The options that the connections and the dispatcher of a hub read, with all defaults applied. */
export type HubOptions = {
  /** Reports what happens to the admin page. Undefined in tests of single parts. */
  readonly activity?: ServerActivity;
} & Pick<
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
