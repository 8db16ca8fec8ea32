import {
  type Balancer,
  type DescribedInstance,
  describeInstances,
  type InstanceGroup,
  stageRouter,
} from '@practical-signalr/lesson-kit/instances';
import { type FoundRedis, type RedisView, watchRedis } from '@practical-signalr/redis/local';
import type { Router } from 'express';
import { z } from 'zod';
import type { BalancerMode, BalancerRule } from './balancer.ts';
import { sayFromAnotherApp } from './another-app.ts';

/** What the switches of the page say. */
export interface Settings {
  backplane: 'redis' | 'none';
  presence: boolean;
}

/** All that the page draws. */
export interface Stage extends Settings {
  balancer: BalancerMode;
  instances: DescribedInstance[];
  redis: { description: string; kind: FoundRedis['kind']; view: RedisView | undefined };
  dotnet: InstanceGroup['dotnet'];
}

const wishes = z
  .object({
    balancer: z.enum(['sticky', 'round-robin']),
    backplane: z.enum(['redis', 'none']),
    presence: z.boolean(),
    redis: z.enum(['running', 'stopped']),
    kill: z.string().max(100),
    start: z.literal(true),
    dotnet: z.literal('running'),
    move: z.object({ client: z.string().max(100), to: z.string().max(100) }),
    anotherApp: z.object({ prefix: z.enum(['', 'shop']) }),
  })
  .partial();

/** The page's buttons and its drawing. */
export function stage(
  servers: InstanceGroup,
  balancer: Balancer,
  rule: BalancerRule,
  redis: FoundRedis,
  settings: Settings,
): Router {
  const watch = watchRedis(redis.url, ['MessageHub:', 'shop.MessageHub:']);
  return stageRouter(wishes, {
    look: async (): Promise<Stage> => ({
      ...settings,
      balancer: rule.mode,
      instances: await describeInstances(servers, balancer),
      redis: { description: redis.description, kind: redis.kind, view: await watch.look() },
      dotnet: servers.dotnet,
    }),
    async change({ backplane, presence, move, anotherApp, ...wish }) {
      if (wish.balancer) rule.mode = wish.balancer;
      if (move) rule.move(move.client, move.to);
      if (wish.redis === 'stopped' && redis.start) await redis.close();
      if (wish.redis === 'running') await redis.start?.();
      if (backplane) await servers.restart(() => (settings.backplane = backplane));
      if (presence !== undefined) await servers.restart(() => (settings.presence = presence));
      if (wish.kill) await servers.kill(wish.kill);
      if (wish.start) await servers.start();
      if (wish.dotnet) await servers.startDotnet();
      if (anotherApp) await sayFromAnotherApp(redis.url, anotherApp.prefix);
    },
  });
}
