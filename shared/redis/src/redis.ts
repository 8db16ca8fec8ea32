import type { HubLifetimeManagerFactory } from '@practical-signalr/server/scale-out';
import { RedisLifetimeManager } from './redis-lifetime-manager.ts';
import { type RedisOptions, resolveRedisOptions } from './redis-options.ts';

/**
 * Joins all servers on one Redis: what one sends reaches the clients of all. Starts whether or not Redis is there, and joins when it
 * comes. Throws a sentence for an option that is missing, unknown or impossible. Source: `AddStackExchangeRedis` of ASP.NET Core.
 * @example
 * const signalr = new SignalRServer({ scaleOut: redis({ url: 'redis://127.0.0.1:6379', channelPrefix: 'shop.' }) });
 */
export function redis(options: RedisOptions): HubLifetimeManagerFactory {
  const resolved = resolveRedisOptions(options);
  return (hub) => new RedisLifetimeManager(resolved, hub);
}
