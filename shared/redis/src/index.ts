export { redis } from './redis.ts';
export type { RedisOptions } from './redis-options.ts';
export type { RedisPubSubClient } from './redis-client.ts';
