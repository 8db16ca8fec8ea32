import type {
  ClientResultsManager,
  ConnectionIndex,
  LifetimeConnection,
} from '@practical-signalr/server/scale-out';
import type { ConnectionSubscriptions } from '../connection-subscriptions.ts';
import type { HubHistory } from '../history/hub-history.ts';
import type { PresenceTracker } from '../presence/presence-tracker.ts';
import type { RedisBus } from '../pub-sub/redis-bus.ts';
import type { RedisChannels } from '../pub-sub/redis-channels.ts';
import type { RemoteClientResults } from '../client-results/remote-client-results.ts';

/** What hand-overs need from the lifetime manager of their hub. */
export interface HandOverContext {
  readonly bus: RedisBus;
  readonly channels: RedisChannels;
  /** How long another server, or Redis, may take to respond, in ms. */
  readonly timeout: number;
  /** The connections of this server. */
  readonly index: ConnectionIndex;
  readonly results: ClientResultsManager;
  readonly remoteResults: RemoteClientResults;
  readonly presence: PresenceTracker | undefined;
  readonly subscriptions: ConnectionSubscriptions;
  /** Undefined if the hub has no history. */
  readonly history: HubHistory | undefined;
  /** Removes a connection, the first part synchronously. */
  remove(connection: LifetimeConnection): Promise<void>;
}
