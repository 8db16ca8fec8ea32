import { ClientResultTypes } from '../hubs/client-results.ts';
import { LifetimeGroups } from '../hubs/clients/lifetime-groups.ts';
import { type GroupManager, type HubClients, LifetimeHubClients } from '../hubs/hub-clients.ts';
import type { HubLifetimeManager } from '../scale-out/hub-lifetime-manager.ts';

/**
 * Sends to the clients of a hub from outside its calls.
 * Source: `IHubContext<THub>` of ASP.NET Core.
 */
export interface HubContext<TClient> {
  readonly clients: HubClients<TClient>;
  readonly groups: GroupManager;
}

/**
 * Creates the hub context of a lifetime manager, for scale-out packages that send without a server.
 * `report` is called with the name of a method and an error that the application does not handle.
 * @example
 * const { clients } = createHubContext<ChatClient>(manager, (method, error) =>
 * console.error(method, error)); await clients.all.send('receiveMessage', 'hello');
 */
export function createHubContext<TClient>(
  lifetime: HubLifetimeManager,
  report: (method: string, error: unknown) => void,
): HubContext<TClient> {
  return {
    clients: new LifetimeHubClients<TClient>(lifetime, new ClientResultTypes(), report),
    groups: new LifetimeGroups(lifetime, report),
  };
}
