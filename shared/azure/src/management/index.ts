export { AzureSignalRError } from './azure-signalr-error.ts';
export type {
  CloseOptions,
  RemoteClientManager as ClientManager,
  RemoteHubContext,
} from '@practical-signalr/server/hub-context';
export type { ServiceClientProxy, ServiceHubClients } from './service-hub-clients.ts';
export type {
  ConnectionInfo,
  NegotiateOptions,
  ServiceGroupManager,
  ServiceHubContext,
  UserGroupManager,
} from './service-hub-context.ts';
export { ServiceManager, type ServiceManagerOptions } from './service-manager.ts';
