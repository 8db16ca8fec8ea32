import { type Balancer, mustRunHere } from '@practical-signalr/lesson-kit/instances';
import { type FoundRedis, type RedisView, watchRedis } from '@practical-signalr/redis/local';
import type { HealthReport } from '@practical-signalr/server';
import { type ErrorRequestHandler, json, Router } from 'express';
import { z } from 'zod';
import type { BalancerMode, BalancerRule } from './balancer.ts';
import { sayFromAnotherApp } from './another-app.ts';
import type { Servers, Settings } from './servers.ts';

/** What a server says of its way to the others. */
export interface Health {
  status: string;
  description?: string;
  lostSends?: number;
}

/** All that the page draws. */
export interface Stage extends Settings {
  balancer: BalancerMode;
  instances: { name: string; url: string; webSockets: number; health: Health }[];
  redis: { description: string; kind: FoundRedis['kind']; view: RedisView | undefined };
  dotnet: Servers['dotnet'];
}

const wishes = z
  .object({
    balancer: z.enum(['sticky', 'round-robin']),
    backplane: z.enum(['redis', 'none']),
    presence: z.boolean(),
    redis: z.enum(['running', 'stopped']),
    dotnet: z.literal('running'),
    move: z.object({ client: z.string().max(100), to: z.int().min(0).max(2) }),
    anotherApp: z.object({ channelPrefix: z.enum(['', 'shop.']) }),
  })
  .partial();

/** `GET` tells how things stand, `POST` changes one of them: the page's buttons and its drawing. */
export function stage(servers: Servers, balancer: Balancer, rule: BalancerRule, found: FoundRedis): Router {
  const watch = watchRedis(found.url, ['MessageHub:', 'shop.MessageHub:']);
  const look = async (): Promise<Stage> => {
    const instances = await servers.ready;
    return {
      ...servers.settings,
      balancer: rule.mode,
      instances: await Promise.all(
        instances.map(async ({ name, url }, i) => ({
          name,
          url,
          webSockets: balancer.webSockets(instances[i]!),
          health: await healthOf(url),
        })),
      ),
      redis: { description: found.description, kind: found.kind, view: await watch.look() },
      dotnet: servers.dotnet,
    };
  };

  const router = Router();
  router.get('/', async (_request, response) => response.set('cache-control', 'no-store').json(await look()));
  router.post('/', json(), async ({ body }, response) => {
    const { data, error } = wishes.safeParse(body);
    if (error) return void response.status(400).send(z.prettifyError(error));
    const { backplane, presence, dotnet, move, anotherApp } = data;
    if (data.balancer) rule.mode = data.balancer;
    if (move) rule.move(move.client, move.to);
    if (data.redis === 'stopped' && found.start) await found.close();
    if (data.redis === 'running') await found.start?.();
    if (backplane || presence !== undefined) {
      mustRunHere();
      await servers.start({ ...(backplane && { backplane }), ...(presence !== undefined && { presence }) });
    }
    if (dotnet) await servers.startDotnet();
    if (anotherApp) await sayFromAnotherApp(found.url, anotherApp.channelPrefix);
    response.json(await look());
  });
  const tell: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(502).send(error.message);
  };
  return router.use(tell);
}

async function healthOf(url: string): Promise<Health> {
  try {
    const report = (await (await fetch(`${url}/health`)).json()) as HealthReport;
    const { description, data = {} } = report.entries?.['MessageHub'] ?? {};
    return { status: report.status, ...(description && { description }), lostSends: Number(data['lostSends'] ?? 0) };
  } catch {
    return { status: 'Silent' };
  }
}
