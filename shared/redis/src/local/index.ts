export { startRedisServer, type RedisServerProcess, type RedisServerProcessOptions } from './redis-server-process.ts';
