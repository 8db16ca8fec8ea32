import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HubLifetimeManagerFactory } from '@practical-signalr/server/scale-out';
import {
  type AzureSignalROptions,
  type EndpointOptions,
  resolveAzureOptions,
} from './azure-options.ts';
import { AzureScaleOut } from './azure-scale-out.ts';
import { optionsFromEnvironment } from './environment.ts';
import { createUserAgent } from './user-agent.ts';

/** The scale-out over Azure SignalR Service. Pass it as the server's option `scaleOut`. */
export interface AzureSignalRScaleOut extends HubLifetimeManagerFactory {
  /**
   * Adds an endpoint while the app runs. Add it on all servers: clients of the endpoint receive
   * only the messages of servers that have it. Clients are sent to it when a server connection is
   * open; `health()` reports how many endpoints are online.
   * @throws {TypeError} if the endpoint is invalid or its name is in use
   * (`ERR_SIGNALR_AZURE_INVALID_ENDPOINT`, `ERR_SIGNALR_AZURE_INVALID_CONNECTION_STRING`).
   * @example
   * azure.addEndpoint({ connectionString: String(process.env['ASIA']), name: 'asia' });
   */
  addEndpoint(endpoint: string | EndpointOptions): void;
  /**
   * Removes an endpoint while the app runs. No new clients are sent to it. With a mode of
   * `gracefulShutdown`, its clients have its `timeout` to leave; then they are closed and reconnect
   * to another endpoint. Resolves when the server connections are closed. Rejects with
   * `ERR_SIGNALR_AZURE_UNKNOWN_ENDPOINT`, or with `ERR_SIGNALR_AZURE_INVALID_ENDPOINT` if it is the
   * last primary endpoint.
   */
  removeEndpoint(name: string): Promise<void>;
  /** Returns the names of the endpoints. */
  endpointNames(): readonly string[];
}

/**
 * Lets Azure SignalR Service hold the clients of a `SignalRServer`. Clients negotiate with the app
 * and connect to the service; hubs do not change. Without options, the settings come from the
 * environment variables of the official SDK, first of all `Azure__SignalR__ConnectionString`.
 * Source: `AddAzureSignalR` of azure-signalr.
 * @throws {TypeError|RangeError} if there is no connection string
 * (`ERR_SIGNALR_AZURE_NO_CONNECTION_STRING`), or if it or an option is invalid. The page
 * `errors.md` of the documentation lists all error codes.
 * @example
 * const signalr = new SignalRServer({ scaleOut: azureSignalR() });
 */
export function azureSignalR(options: AzureSignalROptions = {}): AzureSignalRScaleOut {
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
  const scaleOut = new AzureScaleOut(settings, {
    serverId: `${hostname()}_${randomUUID().replaceAll('-', '')}`,
    userAgent: createUserAgent(),
  });
  const createManager: HubLifetimeManagerFactory = (hub) => scaleOut.createManager(hub);
  return Object.assign(createManager, {
    addEndpoint: (endpoint: string | EndpointOptions) => scaleOut.addEndpoint(endpoint),
    removeEndpoint: (name: string) => scaleOut.removeEndpoint(name),
    endpointNames: () => scaleOut.endpointNames(),
  });
}
