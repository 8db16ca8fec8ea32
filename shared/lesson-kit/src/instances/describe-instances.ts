import type { HealthReport } from '@practical-signalr/server';
import type { Instance } from './instance.ts';

/** The state of one instance. */
export interface DescribedInstance {
  readonly name: string;
  readonly url: string;
  /** The number of WebSockets that are open to it through the balancer. */
  readonly webSockets: number;
  /** What it reports at /health for its `MessageHub`. */
  readonly health: {
    /** `Silent` if it does not respond. */
    readonly status: string;
    readonly description?: string;
    readonly data: Readonly<Record<string, number | string>>;
  };
}

/** How long an instance may take to respond, in ms. */
const TIMEOUT = 2000;

/**
 * Returns the state of running instances. Each is asked for its health.
 * @param webSockets returns the number of WebSockets that are open to an instance; default: 0.
 */
export function describeInstances(
  instances: readonly Instance[],
  webSockets: (instance: Instance) => number = () => 0,
): Promise<DescribedInstance[]> {
  return Promise.all(
    instances.map(async (instance) => {
      const { name, url } = instance;
      return { name, url, webSockets: webSockets(instance), health: await healthOf(url) };
    }),
  );
}

async function healthOf(url: string): Promise<DescribedInstance['health']> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(TIMEOUT) });
    const { status, entries } = (await answer.json()) as Partial<HealthReport>;
    const { description, data = {} } = entries?.['MessageHub'] ?? {};
    return { status: status ?? 'Unknown', ...(description && { description }), data };
  } catch {
    return { status: 'Silent', data: {} };
  }
}
