export { AzureSignalRError } from './azure-signalr-error.ts';
export type {
  ClientMethods,
  ServiceClientProxy,
  ServiceHubClients,
} from './service-hub-clients.ts';
export type {
  ClientManager,
  CloseOptions,
  ConnectionInfo,
  NegotiateOptions,
  ServiceGroupManager,
  ServiceHubContext,
  UserGroupManager,
} from './service-hub-context.ts';
export { ServiceManager, type ServiceManagerOptions } from './service-manager.ts';
