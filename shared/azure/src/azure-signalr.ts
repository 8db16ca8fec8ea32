import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HubLifetimeManagerFactory } from '@practical-signalr/server/scale-out';
import { AzureLifetimeManager } from './azure-lifetime-manager.ts';
import { type AzureSignalROptions, resolveAzureOptions } from './azure-options.ts';
import { createEndpoints } from './endpoints/create-endpoints.ts';
import { optionsFromEnvironment } from './environment.ts';
import { createUserAgent } from './user-agent.ts';

/**
 * Lets Azure SignalR Service hold the clients of a `SignalRServer`. Clients negotiate here and connect there; hubs stay as they are.
 * Without options it reads what the official SDK reads from the environment, `Azure__SignalR__ConnectionString` before all.
 * Source: `AddAzureSignalR` of azure-signalr.
 * @throws {TypeError} a sentence when there is no connection string, or an option or a connection string is wrong.
 * @example
 * const signalr = new SignalRServer({ scaleOut: azureSignalR() });
 */
export function azureSignalR(options: AzureSignalROptions = {}): HubLifetimeManagerFactory {
  const { endpoints: found, ...environment } = optionsFromEnvironment(
    options.environment ?? process.env,
  );
  const isTold = options.connectionString !== undefined || options.endpoints !== undefined;
  const settings = resolveAzureOptions({
    ...environment,
    ...(isTold || found === undefined ? {} : { endpoints: found }),
    ...options,
  });
  const endpoints = createEndpoints(settings);
  const identity = {
    serverId: `${hostname()}_${randomUUID().replaceAll('-', '')}`,
    userAgent: createUserAgent(),
  };
  return (hub) => new AzureLifetimeManager(hub, endpoints, settings, identity);
}
