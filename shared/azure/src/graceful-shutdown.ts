import { setTimeout as delay } from 'node:timers/promises';
import type { AzureSettings } from './azure-options.ts';
import type { ClientConnectionManager } from './clients/client-connection-manager.ts';
import type { ServiceConnectionContainer } from './connections/service-connection-container.ts';

/**
 * Shuts down the server connections as the mode says: the service sends no new clients, and the
 * clients of this server leave or move to other servers. Resolves when no client is left, or after
 * the timeout; the remaining clients then reconnect. Source: `GracefulShutdownOptions`.
 */
export async function shutDownGracefully(
  containers: readonly ServiceConnectionContainer[],
  clients: Pick<ClientConnectionManager, 'whenEmpty'>,
  { mode, timeout }: AzureSettings['gracefulShutdown'],
): Promise<void> {
  if (mode === 'Off') return;
  const fin = mode === 'MigrateClients' ? 'fin:1' : 'fin:2';
  const timer = new AbortController();
  const timedOut = delay(timeout, undefined, { signal: timer.signal }).catch(() => undefined);
  const acknowledged = Promise.all(containers.map((container) => container.shutdown(fin)));
  await Promise.race([acknowledged.then(() => clients.whenEmpty()), timedOut]);
  timer.abort();
}
