import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HubLifetimeManagerFactory } from '@practical-signalr/server/scale-out';
import { AzureLifetimeManager } from './azure-lifetime-manager.ts';
import { type AzureSignalROptions, resolveAzureOptions } from './azure-options.ts';
import { createEndpoints } from './endpoints/create-endpoints.ts';
import { optionsFromEnvironment } from './environment.ts';
import { createUserAgent } from './user-agent.ts';

/**
 * Lets Azure SignalR Service hold the clients of a `SignalRServer`. Clients negotiate with the app
 * and connect to the service; hubs do not change. Without options, the settings come from the
 * environment variables of the official SDK, first of all `Azure__SignalR__ConnectionString`.
 * Source: `AddAzureSignalR` of azure-signalr.
 * @throws {TypeError|RangeError} if there is no connection string
 * (`ERR_SIGNALR_AZURE_NO_CONNECTION_STRING`), or if it or an option is invalid. The README lists
 * all error codes.
 * @example
 * const signalr = new SignalRServer({ scaleOut: azureSignalR() });
 */
export function azureSignalR(options: AzureSignalROptions = {}): HubLifetimeManagerFactory {
  const { endpoints: environmentEndpoints, ...environment } = optionsFromEnvironment(
    options.environment ?? process.env,
  );
  const hasEndpoints = options.connectionString !== undefined || options.endpoints !== undefined;
  const settings = resolveAzureOptions({
    ...environment,
    ...(hasEndpoints || environmentEndpoints === undefined
      ? {}
      : { endpoints: environmentEndpoints }),
    ...options,
  });
  const endpoints = createEndpoints(settings);
  const identity = {
    serverId: `${hostname()}_${randomUUID().replaceAll('-', '')}`,
    userAgent: createUserAgent(),
  };
  return (hub) => new AzureLifetimeManager(hub, endpoints, settings, identity);
}
