export { azureSignalR, type AzureSignalRScaleOut } from './azure-signalr.ts';
export type { AzureSignalROptions, EndpointOptions } from './azure-options.ts';
export type { AccessTokenAlgorithm } from './endpoints/access-token.ts';
export {
  parseConnectionString,
  type ConnectionString,
  type EndpointIdentity,
} from './endpoints/connection-string.ts';
export type { EndpointRouter, RoutedEndpoint } from './endpoints/endpoint-router.ts';
export type { EndpointType } from './endpoints/service-endpoint.ts';
export { optionsFromEnvironment } from './environment.ts';
export type { TokenCredential } from './endpoints/token-credential.ts';
