export { findRedis, type FoundRedis } from './find-redis.ts';
export {
  startRedisServer,
  type RedisServerProcess,
  type RedisServerProcessOptions,
} from './redis-server-process.ts';
export { startStandInBroker, type StandInBroker } from './stand-in-broker.ts';
export { watchRedis, type RedisView, type RedisWatch, type WatchedChannel } from './watch-redis.ts';
