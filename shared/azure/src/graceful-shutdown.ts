import { setTimeout as delay } from 'node:timers/promises';
import type { AzureSettings } from './azure-options.ts';
import type { ClientConnectionManager } from './clients/client-connection-manager.ts';
import type { ServiceConnectionContainer } from './connections/service-connection-container.ts';

/**
 * Takes leave of the service as the mode says: no new clients come, those that are here leave by themselves or are moved to other
 * servers. Ends after the timeout at the latest; who is still here then is told to reconnect. Source: `GracefulShutdownOptions`.
 */
export async function shutDownGracefully(
  containers: readonly ServiceConnectionContainer[],
  clients: ClientConnectionManager,
  { mode, timeout }: AzureSettings['gracefulShutdown'],
): Promise<void> {
  if (mode === 'Off') return;
  const fin = mode === 'MigrateClients' ? 'fin:1' : 'fin:2';
  const stop = new AbortController();
  const late = delay(timeout, undefined, { signal: stop.signal }).catch(() => undefined);
  const agreed = Promise.all(containers.map((container) => container.shutdown(fin)));
  await Promise.race([agreed.then(() => clients.whenEmpty()), late]);
  stop.abort();
}
