import {
  type Balancer,
  type DescribedInstance,
  describeInstances,
  type InstanceGroup,
  controlPanelRouter,
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
export interface ControlPanel extends Settings {
  balancer: BalancerMode;
  instances: DescribedInstance[];
  redis: { description: string; kind: FoundRedis['kind']; view: RedisView | undefined };
  dotnet: InstanceGroup['dotnet'];
}

const command = z
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
export function controlPanel(
  servers: InstanceGroup,
  balancer: Balancer,
  rule: BalancerRule,
  redis: FoundRedis,
  settings: Settings,
): Router {
  const watch = watchRedis(redis.url, ['MessageHub:', 'shop.MessageHub:']);
  return controlPanelRouter(command, {
    look: async (): Promise<ControlPanel> => ({
      ...settings,
      balancer: rule.mode,
      instances: await describeInstances(servers, balancer),
      redis: { description: redis.description, kind: redis.kind, view: await watch.look() },
      dotnet: servers.dotnet,
    }),
    async change({ backplane, presence, move, anotherApp, ...rest }) {
      if (rest.balancer) rule.mode = rest.balancer;
      if (move) rule.move(move.client, move.to);
      if (rest.redis === 'stopped' && redis.start) await redis.close();
      if (rest.redis === 'running') await redis.start?.();
      if (backplane) await servers.restart(() => (settings.backplane = backplane));
      if (presence !== undefined) await servers.restart(() => (settings.presence = presence));
      if (rest.kill) await servers.kill(rest.kill);
      if (rest.start) await servers.start();
      if (rest.dotnet) await servers.startDotnet();
      if (anotherApp) await sayFromAnotherApp(redis.url, anotherApp.prefix);
    },
  });
}
