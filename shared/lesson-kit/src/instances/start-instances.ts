import { createServer } from 'node:http';
import express from 'express';
import { exitWithMessage } from '../run/exit-with-message.ts';
import type { ServedLesson } from '../serve/lesson.ts';
import { serveLesson } from '../serve/serve-lesson.ts';
import { type Balancer, createBalancer } from './balancer.ts';
import type { BalancerRule } from './balancer-rule.ts';
import { InstanceGroup } from './instance-group.ts';

/** The parts of a lesson with several instances, for its lab. */
export interface InstancesLesson extends Pick<ServedLesson, 'app' | 'server'> {
  readonly instances: InstanceGroup;
  readonly balancer: Balancer;
  /** The environment variables of the instances. A change has an effect at their next start. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The options of {@link startInstances}. */
export interface StartInstancesOptions {
  readonly rule: BalancerRule;
  /** These paths and all below them go to the instances. */
  readonly paths: readonly string[];
  /** Environment variables of the instances, in addition to those of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /**
   * Maps the lab of this process. Returns a function that is called after the instances have
   * stopped.
   */
  readonly mapLab: (lesson: InstancesLesson) => () => Promise<void>;
}

/**
 * Starts two instances of the server/main.ts next to the calling file, and a balancer in front of
 * them, which also serves the page.
 * @param startUrl the `import.meta.url` of server/start.ts.
 * @example
 * const options = { rule: 'sticky', paths: ['/messages'], environment, mapLab };
 * await startInstances(import.meta.url, options);
 */
export async function startInstances(
  startUrl: string,
  options: StartInstancesOptions,
): Promise<void> {
  const { rule, paths, environment, mapLab } = options;
  const app = express();
  const server = createServer(app);
  const instances = new InstanceGroup({ main: new URL('main.ts', startUrl), environment });
  const balancer = createBalancer(server, { rule, paths, instances: () => instances.ready() });
  const closeLab = mapLab({ app, server, instances, balancer, environment });
  app.use(balancer.handler);
  let isClosing = false;
  const close = async (): Promise<void> => {
    isClosing = true;
    await instances.close();
    await closeLab();
  };
  const start = (): void => {
    instances.start().catch(async (error: Error) => {
      // A terminal sends Ctrl-C to the instances too, and those that still start stop with it.
      if (isClosing) return;
      await close();
      exitWithMessage(error);
    });
  };
  await serveLesson(startUrl, { app, server, signalr: { close } }, start);
}
