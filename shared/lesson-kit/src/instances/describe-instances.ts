import type { HealthReport } from '@practical-signalr/server';
import type { Balancer } from './balancer.ts';
import type { InstanceGroup } from './instance-group.ts';

/** What a page draws of a server. */
export interface DescribedInstance {
  readonly name: string;
  readonly url: string;
  /** WebSockets that are open to it through the balancer. */
  readonly webSockets: number;
  /** What it answers at /health for its `MessageHub`: its way to the others. */
  readonly health: {
    /** `Silent` where it does not answer. */
    readonly status: string;
    readonly description?: string;
    readonly data: Readonly<Record<string, number | string>>;
  };
}

/** Time in ms that a server has to answer. */
const PATIENCE = 2000;

/** How the servers do, asked one by one, once nothing starts or ends. */
export async function describeInstances(
  servers: InstanceGroup,
  balancer: Balancer,
): Promise<DescribedInstance[]> {
  const running = await servers.ready();
  return Promise.all(
    running.map(async (instance) => {
      const { name, url } = instance;
      return { name, url, webSockets: balancer.webSockets(instance), health: await healthOf(url) };
    }),
  );
}

async function healthOf(url: string): Promise<DescribedInstance['health']> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PATIENCE) });
    const { status, entries } = (await answer.json()) as Partial<HealthReport>;
    const { description, data = {} } = entries?.['MessageHub'] ?? {};
    return { status: status ?? 'Unknown', ...(description && { description }), data };
  } catch {
    return { status: 'Silent', data: {} };
  }
}
