import { exitWithMessage } from '@practical-signalr/lesson-kit';
import { findRedis } from '@practical-signalr/redis/local';

/**
 * The Redis of REDIS_URL; if it is not set, a redis-server of this machine, or an in-process
 * substitute.
 */
export const redis = await findRedis().catch(exitWithMessage);
