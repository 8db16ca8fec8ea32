export { redis } from './redis.ts';
export { redisHubContext, type RedisHubContext } from './hub-context/redis-hub-context.ts';
export type { RedisHubContextOptions } from './hub-context/hub-context-options.ts';
export type { ServerMessageListener, ServerMessages } from './hub-context/server-messages.ts';
export type { HistoryOptions, RestoredMembership } from './history/history-options.ts';
export type { RedisOptions } from './redis-options.ts';
export type { RedisClientTemplate } from './redis-client.ts';
export { presence, type Presence, type PresenceOptions } from './presence/presence.ts';
export type {
  HubPresence,
  PresenceChange,
  PresenceFilter,
  PresenceListener,
  PresenceLists,
  PresencePage,
  PresencePageOptions,
  PresentConnection,
} from '@practical-signalr/server/scale-out';
