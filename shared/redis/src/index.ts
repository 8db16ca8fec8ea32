export { redis } from './redis.ts';
export type { RedisOptions } from './redis-options.ts';
export type { RedisClientTemplate } from './redis-client.ts';
export {
  presence,
  type HubPresence,
  type Presence,
  type PresenceOptions,
  type PresentConnection,
} from './presence/presence.ts';
