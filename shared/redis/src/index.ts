export { redis } from './redis.ts';
export type { RedisOptions } from './redis-options.ts';
export type { RedisClientTemplate } from './redis-client.ts';
