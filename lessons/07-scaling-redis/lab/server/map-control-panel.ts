import { breakConnections } from '@practical-signalr/lesson-kit';
import {
  controlPanelRouter,
  describeInstances,
  type Instance,
  type InstancesLesson,
} from '@practical-signalr/lesson-kit/instances';
import { watchRedis } from '@practical-signalr/redis/local';
import { z } from 'zod';
import { sendFromAnotherApp } from './another-app.ts';
import type { ControlPanel } from './control-panel.ts';
import { describeDrawing } from './describe-drawing.ts';
import { redis } from './redis.ts';

const command = z
  .object({
    balancer: z.enum(['sticky', 'round-robin']),
    backplane: z.enum(['redis', 'none']),
    redis: z.enum(['running', 'stopped']),
    kill: z.string().max(100),
    start: z.literal(true),
    restart: z.string().max(100),
    dotnet: z.literal('running'),
    anotherApp: z.object({ channelPrefix: z.enum(['', 'shop.']) }),
  })
  .partial();

/** How long a hand-over may take, in ms. */
const HAND_OVER_TIMEOUT = 30_000;

/** Lets an instance hand its connections over before it stops. */
async function handOver({ url }: Instance): Promise<void> {
  const signal = AbortSignal.timeout(HAND_OVER_TIMEOUT);
  const { ok, status } = await fetch(`${url}/moving/hand-over`, { method: 'POST', signal });
  if (!ok) throw new Error(`The hand-over failed with status ${status}.`);
}

const project = new URL('../dotnet/MessageServer.csproj', import.meta.url);

/**
 * The lab's part of the process that starts the instances: the control panel, and the button that
 * drops connections.
 * @returns a function that stops Redis, if the lesson has started it.
 */
export function mapControlPanel(lesson: InstancesLesson): () => Promise<void> {
  const { app, server, instances, balancer, environment } = lesson;
  server.once('listening', () => console.log(`Redis: ${redis.description}`));
  const watch = watchRedis(redis.url, ['MessageHub:', 'shop.MessageHub:']);
  const look = async (): Promise<ControlPanel> => {
    const panel = {
      balancer: balancer.rule,
      backplane: environment['REDIS_URL'] === '' ? ('none' as const) : ('redis' as const),
      instances: await describeInstances(await instances.ready(), (instance) =>
        balancer.webSockets(instance),
      ),
      redis: { description: redis.description, kind: redis.kind, view: await watch.look() },
      dotnet: instances.dotnet,
    };
    return { ...panel, drawing: describeDrawing(panel) };
  };
  const change = async (changed: z.infer<typeof command>): Promise<void> => {
    const { backplane, anotherApp, kill } = changed;
    if (changed.balancer !== undefined) balancer.rule = changed.balancer;
    if (changed.redis === 'stopped' && redis.start) await redis.close();
    if (changed.redis === 'running') await redis.start?.();
    if (backplane !== undefined) {
      await instances.restart(() => {
        environment['REDIS_URL'] = backplane === 'redis' ? redis.url : '';
      });
    }
    if (kill !== undefined) await instances.kill(kill);
    if (changed.start) await instances.start();
    if (changed.restart !== undefined) await instances.replace(changed.restart, handOver);
    if (changed.dotnet) await instances.startDotnet(project);
    if (anotherApp) await sendFromAnotherApp(redis.url, anotherApp.channelPrefix);
  };
  app.use('/control-panel', controlPanelRouter(command, { look, change }));
  app.use('/break', breakConnections(server));
  return () => redis.close();
}
