import type {
  HubLifetimeManager,
  HubLifetimeManagerFactory,
  ScaleOutHub,
} from '@practical-signalr/server/scale-out';
import { RedisLifetimeManager } from './redis-lifetime-manager.ts';
import { type RedisOptions, resolveRedisOptions } from './redis-options.ts';
import { redisSharing } from './workers/redis-sharing.ts';

/**
 * Connects all servers over one Redis, so that a message that one server sends reaches the clients
 * of all of them. A server starts even if Redis is unavailable, and joins the others when it is
 * available. Throws if an option is missing, unknown or invalid: `ERR_SIGNALR_REDIS_NO_TARGET`,
 * `…_TWO_TARGETS`, `…_INVALID_URL`, `…_UNKNOWN_OPTION`, `…_OPTION_NOT_POSITIVE`,
 * `…_TIME_TOO_LONG`,
 * `…_INVALID_WHILE_DISCONNECTED`, `…_NO_PROTOCOLS`.
 * Source: `AddStackExchangeRedis` of ASP.NET Core.
 * @example
 * const scaleOut = redis({ url: 'redis://127.0.0.1:6379', channelPrefix: 'shop.' });
 * const signalr = new SignalRServer({ scaleOut });
 */
export function redis(options: RedisOptions): HubLifetimeManagerFactory {
  const resolved = resolveRedisOptions(options);
  const create = (hub: ScaleOutHub): HubLifetimeManager => new RedisLifetimeManager(resolved, hub);
  return Object.assign(create, { sharing: redisSharing(resolved) });
}
