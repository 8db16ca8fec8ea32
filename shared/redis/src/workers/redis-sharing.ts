import type {
  BackplaneSharing,
  HubLifetimeManagerFactory,
} from '@practical-signalr/server/scale-out';
import { randomBytes } from 'node:crypto';
import { countSubscribersWith, publishWith } from '../redis-client.ts';
import { RedisLifetimeManager } from '../redis-lifetime-manager.ts';
import type { ResolvedRedisOptions } from '../redis-options.ts';
import { SharedRedis } from './shared-redis.ts';
import { WorkerRedis } from './worker-redis.ts';
import { WorkerRedisClient } from './worker-redis-client.ts';

/** Returns how the workers of a machine share one connection to Redis. */
export function redisSharing(options: ResolvedRedisOptions): BackplaneSharing {
  return {
    open: () => new SharedRedis(options),
    join(port): HubLifetimeManagerFactory {
      const redis = new WorkerRedis(port);
      const workerOptions: ResolvedRedisOptions = {
        ...options,
        createClient: () => new WorkerRedisClient(redis),
        publish: publishWith(false, false),
        countSubscribers: countSubscribersWith(false, false),
        // The heartbeats of the primary process do that.
        checksRole: false,
        // Each worker has its own channels for acks and results, also if the name is an option.
        serverName: () => `${options.serverName()}_${randomBytes(8).toString('hex')}`,
      };
      return (hub) => new RedisLifetimeManager(workerOptions, hub);
    },
  };
}
