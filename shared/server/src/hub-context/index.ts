export { createHubContext, type HubContext } from './hub-context.ts';
export type {
  CloseOptions,
  RemoteClientManager,
  RemoteHubClients,
  RemoteHubContext,
  RemoteUserGroups,
} from './remote-hub-context.ts';
export { checkName, checkNames, type NameKind } from '../hubs/clients/target-checks.ts';
export { defaultLogger } from '../logger.ts';
export type { UntypedClient } from '../hubs/client-contract.ts';
export type { ClientProxy, GroupManager, HubClients } from '../hubs/hub-clients.ts';
