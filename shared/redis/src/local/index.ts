export { findRedis, type FoundRedis } from './find-redis.ts';
export {
  startRedisServer,
  type RedisServerProcess,
  type RedisServerProcessOptions,
} from './redis-server-process.ts';
export { startInProcessBroker, type InProcessBroker } from './in-process-broker.ts';
export { watchRedis, type RedisView, type RedisWatch, type WatchedChannel } from './watch-redis.ts';
