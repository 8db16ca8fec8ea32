import {
  type Balancer,
  type DescribedInstance,
  describeInstances,
  type InstanceGroup,
  controlPanelRouter,
} from '@practical-signalr/lesson-kit/instances';
import type { FoundService } from '@practical-signalr/azure-emulator';
import type { Router } from 'express';
import { z } from 'zod';
import type { BalancerMode, BalancerRule } from './balancer.ts';
import { sayFromAnotherApp } from './another-app.ts';

/** All that the page draws. */
export interface ControlPanel {
  balancer: BalancerMode;
  instances: DescribedInstance[];
  service: { description: string; isEmulator: boolean };
  dotnet: InstanceGroup['dotnet'];
}

const command = z
  .object({
    balancer: z.enum(['sticky', 'round-robin']),
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
  { description, emulator }: FoundService,
): Router {
  return controlPanelRouter(command, {
    look: async (): Promise<ControlPanel> => ({
      balancer: rule.mode,
      instances: await describeInstances(servers, balancer),
      service: { description, isEmulator: emulator !== undefined },
      dotnet: servers.dotnet,
    }),
    async change({ move, anotherApp, ...rest }) {
      if (rest.balancer) rule.mode = rest.balancer;
      if (move) rule.move(move.client, move.to);
      if (rest.kill) await servers.kill(rest.kill);
      if (rest.start) await servers.start();
      if (rest.dotnet) await servers.startDotnet();
      if (anotherApp) await sayFromAnotherApp(anotherApp.prefix);
    },
  });
}
